"""`selfinstruct publish`: a run as a dataset on the Hugging Face Hub."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    InstructionColumn,
    Split,
    StrictRows,
    reading_arguments,
)
from distilabel_selfinstruct.cli.screen import line, warn, working

if TYPE_CHECKING:
    from distilabel_selfinstruct.hub import PublishResult

WHAT = "What is published"
WHERE = "Where"


def publish(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="The output folder of a run; or rows that nobody has rated.")
    ],
    repo_id: Annotated[
        str,
        typer.Option("--repo-id", metavar="OWNER/NAME", help="The dataset's name on the Hub.", rich_help_panel=WHERE),
    ],
    license: Annotated[
        str | None,
        typer.Option("--license", metavar="SPDX", help="The license, such as cc-by-4.0. There is no default."),
    ] = None,
    license_name: Annotated[str, typer.Option(help="The name of the license: with --license other.")] = "",
    license_link: Annotated[str, typer.Option(help="The address of its text: with --license other.")] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="BCP-47 tag of the texts. Default: that of the run. Repeatable.")
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DECISION",
            help="undecided or dropped: instances to publish beside those that people kept. Repeatable.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    unreviewed: Annotated[
        bool, typer.Option("--unreviewed", help="Publish a run that nobody has rated.", rich_help_panel=WHAT)
    ] = False,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Publish a run that stopped early.", rich_help_panel=WHAT)
    ] = False,
    include_rejections: Annotated[
        bool,
        typer.Option("--include-rejections", help="Add the texts that the rules dropped.", rich_help_panel=WHAT),
    ] = False,
    include_seeds: Annotated[
        bool, typer.Option("--include-seeds", help="Add the seed file.", rich_help_panel=WHAT)
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="Only the owners may read it.", rich_help_panel=WHERE)
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Delete other files in the repository, and overwrite edits.", rich_help_panel=WHERE
        ),
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write the repository to a new folder and send nothing; load_dataset(FOLDER) reads it.",
            rich_help_panel=WHERE,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be published, and send nothing.", rich_help_panel=WHERE),
    ] = False,
    column: InstructionColumn = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Publish the run. There is no option for the token, because it would stay in the history of the shell."""
    from rich import get_console

    from distilabel_selfinstruct import hub
    from distilabel_selfinstruct.reading import summary

    console = get_console()
    with working(console) as tell:
        result = hub.publish(
            folder,
            repo_id,
            license=license,
            license_name=license_name,
            license_link=license_link,
            languages=language or (),
            include=include or (),
            unreviewed=unreviewed,
            unfinished=unfinished,
            include_rejections=include_rejections,
            include_seeds=include_seeds,
            private=private,
            overwrite=overwrite,
            to=to,
            dry_run=dry_run,
            on_progress=tell,
            on_files=lambda sizes: line(console, _listed(sizes)),
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows, column=column),
        )
    warn(summary(result.skipped))
    for text in _lines(result):
        line(console, text)


def _listed(sizes: Mapping[str, int]) -> str:
    """All files of the repository, with their sizes: shown before any is sent."""
    return "\n".join(["Files:", *(f"  {path} ({size:,} bytes)" for path, size in sizes.items())])


def _lines(result: "PublishResult") -> Iterator[str]:
    rows = ", ".join(f"{name} {number:,}" for name, number in result.num_rows.items())
    yield f"Rows: {rows}. {result.num_files} files, {result.num_bytes / 1e6:.1f} MB."
    if result.note:
        yield result.note
    uploaded = result.uploaded
    if uploaded is None and result.folder is None:
        yield "This was a dry run: nothing was sent or kept. --to FOLDER writes the files to a folder."
    elif uploaded is None:
        yield f'Written to {result.folder}; nothing was sent. Read it: load_dataset("{result.folder}")'
    elif not (uploaded.sent or uploaded.deleted):
        yield f"{uploaded.url} has all of this already: no commit was made."
    else:
        deleted = f", {len(uploaded.deleted)} deleted" if uploaded.deleted else ""
        private = ", private" if uploaded.private else ""
        yield f"{uploaded.url}: {len(uploaded.sent)} files sent{deleted}{private} (commit {uploaded.commit[:8]})."
