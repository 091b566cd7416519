"""`selfinstruct filter`: a dataset without its near-duplicates."""

from pathlib import Path
from typing import Annotated, Literal

import typer

HELP = "Drop near-duplicates from any dataset, by exact ROUGE-L."


def filter_(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A JSON Lines, CSV or Parquet file, a dataset folder, or a Hub id.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder for the two files.")],
    column: Annotated[str, typer.Option(help="The column to compare.")] = "instruction",
    against: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Texts, in the same column, that count as kept before.")
    ] = None,
    max_rouge_l: Annotated[float, typer.Option(min=0, max=1, help="The highest ROUGE-L that counts as new.")] = 0.7,
    tokenizer: Annotated[
        Literal["rouge_score", "unicode"], typer.Option(help="unicode: letters of all scripts, not only ASCII.")
    ] = "rouge_score",
    split: Annotated[str | None, typer.Option(help="Which split of a dataset.")] = None,
) -> None:
    """Write new rows to DIR/kept.jsonl and the others, with the nearest kept text and its score, to DIR/rejected.jsonl.

    Rows are compared in their order: of several that are alike, the first is kept.
    """
    from rich import get_console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from distilabel_selfinstruct.exporting import filter_dataset

    console = get_console()
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("rows", total=None)
        result = filter_dataset(
            source,
            output,
            column=column,
            against=against,
            max_rouge_l=max_rouge_l,
            tokenizer=tokenizer,
            split=split,
            on_progress=lambda done, kept: bar.update(task, completed=done, description=f"kept {kept:,} of"),
        )
    typer.echo(f"{result.num_kept:,} kept: {result.kept}")
    typer.echo(f"{result.num_rejected:,} rejected: {result.rejected}")
