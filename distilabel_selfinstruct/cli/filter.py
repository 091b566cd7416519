"""`selfinstruct filter`: a dataset without its near-duplicates."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from distilabel_selfinstruct.cli.left_out_values import with_values
from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    Split,
    StrictRows,
    reading_arguments,
)
from distilabel_selfinstruct.cli.screen import say, warn
from distilabel_selfinstruct.ray_cluster import LOCAL
from distilabel_selfinstruct.records import TokenizerName


class FilterCommand(TyperCommand):
    """A command whose option `--ray` may stand without an address."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give it the one of a cluster on this machine, then read the arguments."""
        return super().parse_args(ctx, with_values(args, {"--ray": LOCAL}))


def filter_(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A JSON, CSV or Parquet file, a dataset folder, or a Hub id.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder for the files.")],
    column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column to compare. Default: the instructions, by any name.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Texts that count as kept before: in the same column, or instructions."),
    ] = None,
    max_rouge_l: Annotated[float, typer.Option(min=0, max=1, help="The highest ROUGE-L that counts as new.")] = 0.7,
    tokenizer: Annotated[
        TokenizerName,
        typer.Option(help="unicode: letters of all scripts, not only ASCII. auto: by the script of the texts."),
    ] = "auto",
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Threads that search. Default: one for each core, at most 4.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="[ADDRESS]",
            help="Search on a cluster of Ray, at this address or auto. Without an address: on one on this machine, "
            "with a process for each worker. The files are the same. Needs the extra ray.",
        ),
    ] = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Write new rows to DIR/kept.jsonl and the others, with the nearest kept text and its score, to DIR/rejected.jsonl.

    Rows are compared in their order: of several that are alike, the first is kept.
    """
    from rich import get_console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from distilabel_selfinstruct.exporting import filter_dataset
    from distilabel_selfinstruct.reading import summary

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
            workers=workers,
            ray=ray,
            on_progress=lambda done, kept: bar.update(task, completed=done, description=f"kept {kept:,} of"),
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows),
        )
    say(f"{result.num_kept:,} kept: {result.kept}")
    say(f"{result.num_rejected:,} rejected: {result.rejected}")
    warn(summary(result.skipped, result.skipped_file))
