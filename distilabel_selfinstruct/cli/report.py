"""`selfinstruct report`: a dataset described on a page, and in figures for programs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    InstructionColumn,
    Split,
    StrictRows,
    reading_arguments,
)
from distilabel_selfinstruct.cli.screen import say, warn, working


def report(
    source: Annotated[
        str,
        typer.Argument(metavar="DIR|FILE", help="A run; or a file, dataset folder or Hub id with rows."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Where to write. Default: the run, or the working folder."
        ),
    ] = None,
    seed_tasks: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The seed tasks that the rows were made from. Default: those of the run."),
    ] = None,
    parser: Annotated[
        Literal["auto", "spacy", "rules"],
        typer.Option(help="What finds verbs and nouns. auto: spaCy if it has an English model, else rules."),
    ] = "auto",
    column: InstructionColumn = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Write report.html and report.json."""
    from rich.console import Console

    from distilabel_selfinstruct import reporting
    from distilabel_selfinstruct.files.run_rows import why_unfinished
    from distilabel_selfinstruct.reading import summary

    with working(Console(stderr=True), "reading") as tell:
        result = reporting.report(
            source,
            output,
            seed_tasks=seed_tasks,
            parser=parser,
            on_progress=tell,
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows, column=column),
        )
    statistics = result.report.table_1
    say(f"{statistics.instructions:,} instructions, {statistics.instances:,} instances.")
    run = result.report.run
    if run is not None and (why := why_unfinished(asdict(run))):
        say(f"The run {with_flags(why)}")
    for part, missing in result.report.left_out.items():
        say(f"Left out ({part.replace('_', ' ')}): {with_flags(str(missing))}")
    if result.note:
        say(result.note)
    for path in (result.page, result.figures):
        if path is not None:
            say(f"{path}")
    warn(summary(result.skipped, result.skipped_file))
