"""`selfinstruct report`: what is in a dataset, as a page and as figures for programs."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.files import atomic, run_layout

HELP = "Describe a run or another dataset as the paper does: tables and figures on a page."


def report(
    source: Annotated[
        str, typer.Argument(metavar="DIR|FILE", help="A run, or rows with instruction, input and output.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Where to write. Default: the run, else the working folder."
        ),
    ] = None,
    seed_tasks: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The seed tasks the rows came from. Default: those of the run."),
    ] = None,
    parser: Annotated[
        Literal["auto", "spacy", "rules"],
        typer.Option(help="What finds verbs and nouns. auto: spaCy where an English model is installed, else rules."),
    ] = "auto",
    split: Annotated[str | None, typer.Option(help="Which split of a dataset.")] = None,
) -> None:
    """Write report.html and report.json."""
    from rich.console import Console

    from distilabel_selfinstruct.report import build_report, read_source, to_html

    rows = read_source(source, split)
    with Console(stderr=True).status("reading") as status:
        made = build_report(rows, seed_tasks=seed_tasks, parser=parser, tell=status.update)
        status.update("drawing")
        page = to_html(made)
    figures = json.dumps(made.to_json(), indent=2, ensure_ascii=False) + "\n"
    folder = output or rows.folder or Path()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic.write(folder / run_layout.REPORT_PAGE, page)
        atomic.write(folder / run_layout.REPORT_FIGURES, figures)
    except OSError as error:
        raise RunFolderError(f"Cannot write to {folder}: {error.strerror or error}. Give another --output.") from error
    typer.echo(f"{made.table_1.instructions:,} instructions, {made.table_1.instances:,} instances.")
    for part, reason in made.left_out.items():
        typer.echo(f"Left out, {part.replace('_', ' ')}: {reason}")
    typer.echo(f"{folder / run_layout.REPORT_PAGE}\n{folder / run_layout.REPORT_FIGURES}")
