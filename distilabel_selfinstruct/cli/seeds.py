"""`selfinstruct seeds`: check a seed file, make one of rows that you have, or start one from the packaged tasks."""

import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    InstructionColumn,
    Split,
    reading_arguments,
)
from distilabel_selfinstruct.cli.screen import say, warn
from distilabel_selfinstruct.errors import ConfigError, InputFileError, OutputFileError, writing
from distilabel_selfinstruct.files import atomic, jsonl

app = typer.Typer(no_args_is_help=True)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Seed tasks: JSON Lines or another format.")],
    against: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Instructions that the seeds must not overlap with."),
    ] = None,
    max_rouge_l: Annotated[
        float, typer.Option(min=0, max=1, help="ROUGE-L above which two instructions are near-duplicates.")
    ] = 0.7,
    language: Annotated[str, typer.Option(help="BCP-47 tag of the instructions.")] = "en",
    column: InstructionColumn = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
) -> None:
    """Show everything to repair, with its line, field and remedy. The exit status is 1 if there are errors."""
    from distilabel_selfinstruct.seeds.lint import lint_seed_tasks

    num_errors = num_warnings = 0
    reading = reading_arguments(columns, split, delimiter, encoding, strict_rows=False, column=column)
    for finding in lint_seed_tasks(file, against=against, max_rouge_l=max_rouge_l, language=language, **reading):
        num_errors += finding.severity == "error"
        num_warnings += finding.severity == "warning"
        location = f"{file}:{finding.line}" if finding.line else f"{file}"
        field = f" {finding.field}:" if finding.field else ""
        say(f"{location}: {finding.severity}:{field} {finding.message}. {finding.remedy}")
    say(f"{file}: {num_errors} errors, {num_warnings} warnings.")
    raise typer.Exit(1 if num_errors else 0)


@app.command("convert")
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rows in any format and shape.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new seed file.")],
    column: InstructionColumn = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
) -> None:
    """Write the rows of a file as seed tasks. Rows that cannot be one are left out, and said."""
    from distilabel_selfinstruct.seeds.tasks import scan_seed_tasks, seed_row

    if output.exists():
        raise OutputFileError(f"{output} exists: choose another name.", output)
    reading = reading_arguments(columns, split, delimiter, encoding, strict_rows=False, column=column)
    lines = scan_seed_tasks(file, **reading)
    for line in lines:
        if line.task is None:
            first = line.findings[0]
            warn(f"{file}, {line.unit} {line.number} is left out: {first.field} {first.message}".rstrip() + ".")
    tasks = [line.task for line in lines if line.task is not None]
    if not tasks:
        raise InputFileError(f"No row of {file} is a seed task: it needs an instruction and an output.", file)
    with writing(output):
        jsonl.write(output, map(seed_row, tasks))
    say(f"{output}: {len(tasks)} seed tasks. Check them: selfinstruct seeds check {output}")


@app.command("copy")
def copy(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")],
    language: Annotated[str, typer.Option(help="The packaged language, or the folder of a pack, to copy from.")] = "en",
) -> None:
    """Copy the seed tasks of a language to a file that you can change, for `run --seed-tasks FILE`."""
    from distilabel_selfinstruct.languages import load_pack
    from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

    source = load_pack(language).seed_file
    if not source.is_file():
        raise ConfigError(f"The language {language!r} has no seed tasks to copy: choose another with `language`.")
    if file.exists():
        raise OutputFileError(f"{file} exists: choose another name.", file)
    num_tasks = len(load_seed_tasks(source, language))
    with writing(file):
        atomic.write_all({file: lambda partial: shutil.copyfile(source, partial)})
    of_language = "" if language == "en" else f" --language {shlex.quote(language)}"
    say(
        f"{file}: {num_tasks} seed tasks. Use them: selfinstruct run --seed-tasks {shlex.quote(str(file))}{of_language}"
    )
