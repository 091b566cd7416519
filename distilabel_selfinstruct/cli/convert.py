"""`selfinstruct convert`: datasets that the paper compares with, as rows to train on."""

from pathlib import Path
from typing import Annotated

import typer

from distilabel_selfinstruct.cli.screen import say, working


def convert(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="superni:FOLDER:train, a clone of natural-instructions; or the word promptsource and files of "
            "examples that it made, with a column template or a file for each template.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new file: JSON Lines.")],
    rows: Annotated[
        int | None,
        typer.Option(min=1, help="How many rows to take, of all tasks together; the paper: 50000."),
    ] = None,
    random_seed: Annotated[int, typer.Option(help="Fixes which rows are taken and their order.")] = 42,
) -> None:
    """Write rows with task, instruction, input and output: a sample that covers every task. Then: export, finetune."""
    from rich import get_console

    from distilabel_selfinstruct.converting import convert as convert_sources

    with working(get_console(), "reading") as tell:
        result = convert_sources(
            sources, output, rows=rows, random_seed=random_seed, on_progress=lambda task: tell(f"reading {task}")
        )
    say(
        f"{result.file}: {result.num_rows:,} of {result.num_rows_in_all:,} rows, of all {result.num_tasks:,} tasks. "
        f"To train on them: selfinstruct finetune {result.file}"
    )
