"""`selfinstruct seeds`: check a seed file, or start one from the packaged tasks."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.seeds.lint import lint_seed_tasks
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path

HELP = "Check a file of seed tasks, or copy the packaged ones."

app = typer.Typer(no_args_is_help=True)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Seed tasks as JSON Lines.")],
    against: Annotated[
        Path | None,
        typer.Option(help="JSON Lines with `instruction` that the seeds should not overlap with."),
    ] = None,
    max_rouge_l: Annotated[
        float, typer.Option(min=0, max=1, help="ROUGE-L above which two instructions are near-duplicates.")
    ] = 0.7,
    language: Annotated[str, typer.Option(help="BCP-47 tag of the instructions.")] = "en",
) -> None:
    """Name everything to mend, with line, field and remedy. Exit status 1 if there are errors."""
    num_errors = num_warnings = 0
    for finding in lint_seed_tasks(file, against=against, max_rouge_l=max_rouge_l, language=language):
        num_errors += finding.severity == "error"
        num_warnings += finding.severity == "warning"
        place = f"{file}:{finding.line}" if finding.line else f"{file}"
        field = f" {finding.field}:" if finding.field else ""
        typer.echo(f"{place}: {finding.severity}:{field} {finding.message}. {finding.remedy}")
    typer.echo(f"{file}: {num_errors} errors, {num_warnings} warnings.")
    raise typer.Exit(1 if num_errors else 0)


@app.command("copy")
def copy(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; must not exist.")],
) -> None:
    """Copy the 175 packaged seed tasks to a file, to change them."""
    if file.exists():
        raise InputFileError(f"{file} exists: choose another name.")
    try:
        shutil.copyfile(packaged_seeds_path(), file)
    except OSError as error:
        raise InputFileError(f"Cannot write {file}: {error.strerror or error}.") from error
    typer.echo(f"{file}: 175 seed tasks.")
