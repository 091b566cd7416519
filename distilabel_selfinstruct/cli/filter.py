"""`selfinstruct filter`: near-duplicates out of any dataset."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich import get_console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from distilabel_selfinstruct.errors import InputFileError, RunFolderError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.tables import Row, read_rows
from distilabel_selfinstruct.records import Reason
from distilabel_selfinstruct.similarity import FilteredText, filter_texts

HELP = "Drop near-duplicates from any dataset, by exact ROUGE-L."


def filter_(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A JSON Lines, CSV or Parquet file, a dataset folder, or a Hub id.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder for the two files.")],
    column: Annotated[str, typer.Option(help="The column to compare.")] = "instruction",
    against: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Texts that count as kept already, in the same column.")
    ] = None,
    max_rouge_l: Annotated[float, typer.Option(min=0, max=1, help="The highest ROUGE-L that counts as new.")] = 0.7,
    tokenizer: Annotated[
        Literal["rouge_score", "unicode"], typer.Option(help="unicode: letters of all scripts, not only ASCII.")
    ] = "rouge_score",
    split: Annotated[str | None, typer.Option(help="Which split of a dataset.")] = None,
) -> None:
    """Write DIR/kept.jsonl, rows as they came, and DIR/rejected.jsonl, rows with the nearest kept text and its score.

    Rows are compared in their order: of several that are alike, the first is kept.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise RunFolderError(f"{output} is not empty: give a new folder.")
    pending: deque[Row] = deque()
    decisions = filter_texts(
        _texts(read_rows(source, split), column, pending),
        max_rouge_l=max_rouge_l,
        tokenizer=tokenizer,
        against=() if against is None else _texts(read_rows(against, split), column, None),
    )
    try:
        output.mkdir(parents=True, exist_ok=True)
        kept, rejected = _write(decisions, pending, column, output)
    except OSError as error:
        raise RunFolderError(f"Cannot write to {output}: {error.strerror or error}.") from error
    typer.echo(f"{kept:,} kept: {output / 'kept.jsonl'}")
    typer.echo(f"{rejected:,} rejected: {output / 'rejected.jsonl'}")


def _texts(rows: Iterable[Row], column: str, pending: "deque[Row] | None") -> Iterator[str]:
    """The texts of the rows; the rows themselves wait in `pending` for the decision on them."""
    for number, row in enumerate(rows, 1):
        text = row.get(column)
        if not isinstance(text, str):
            known = ", ".join(map(str, row))
            what = f"{text!r} under {column!r}" if column in row else f"no column {column!r} (there is {known})"
            raise InputFileError(f"Row {number} has {what}: name a column of texts with --column.")
        if pending is not None:
            pending.append(row)
        yield text


def _write(decisions: Iterable[FilteredText], pending: deque[Row], column: str, output: Path) -> tuple[int, int]:
    partial = {name: output / f"{name}.jsonl.partial" for name in ("kept", "rejected")}
    counts = {"kept": 0, "rejected": 0}
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=get_console(), disable=not get_console().is_terminal,
    )  # fmt: skip
    with (
        bar,
        partial["kept"].open("w", encoding="utf-8") as kept,
        partial["rejected"].open("w", encoding="utf-8") as out,
    ):
        task = bar.add_task("rows", total=None)
        for decision in decisions:
            row = pending.popleft()
            name = "kept" if decision.kept else "rejected"
            (kept if decision.kept else out).write(jsonl.dumps(_row(row, decision, column)) + "\n")
            counts[name] += 1
            bar.update(task, advance=1, description=f"kept {counts['kept']:,} of")
    for name, path in partial.items():
        path.replace(output / f"{name}.jsonl")
    return counts["kept"], counts["rejected"]


def _row(row: Row, decision: FilteredText, column: str) -> dict[str, Any]:
    if decision.nearest is None:
        return row
    return {
        **row,
        "reason": Reason.NEAR_DUPLICATE.value,
        f"nearest_{column}": decision.nearest.text,
        "nearest_rouge_l": decision.nearest.rouge_l,
    }
