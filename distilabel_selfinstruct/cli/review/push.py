"""`selfinstruct review push`: send the instances of a run to Argilla."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli import screen
from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    InstructionColumn,
    Split,
    StrictRows,
    reading_arguments,
)
from distilabel_selfinstruct.cli.review.bars import transfer_bar
from distilabel_selfinstruct.cli.review.options import WHERE, ApiKey, ApiUrl, Home
from distilabel_selfinstruct.cli.screen import warn
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.review.pushing.options import PushOptions

if TYPE_CHECKING:
    from rich.console import Console

    from distilabel_selfinstruct.review.pushing.rows import PushResult

WHAT = "What"
WHO = "Who rates"

MAX_FAILURES = 5

DEFAULTS = PushOptions()


def push(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="The output folder of a run; or a file or saved dataset of rows.")
    ],
    sample: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Send only this many instructions, one instance each, classification tasks in proportion. Paper: 200.",
            rich_help_panel=WHAT,
        ),
    ] = DEFAULTS.sample,
    random_seed: Annotated[
        int, typer.Option(help="Fixes the sample and the assignment.", rich_help_panel=WHAT)
    ] = DEFAULTS.random_seed,
    settings: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="What raters see and answer: instances, comparison, or your own YAML file.",
            rich_help_panel=WHAT,
        ),
    ] = DEFAULTS.settings,
    raters: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Split the records, as in anna,ben: each rater gets a dataset. Default: one dataset for all.",
            rich_help_panel=WHO,
        ),
    ] = "",
    shared: Annotated[
        int,
        typer.Option(min=0, help="With --raters: how many records all raters rate.", rich_help_panel=WHO),
    ] = DEFAULTS.shared,
    min_submitted: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many answers complete a record. Default: one of each rater in the workspace.",
            rich_help_panel=WHO,
        ),
    ] = DEFAULTS.min_submitted,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Default: selfinstruct- and the folder's name.", rich_help_panel=WHERE),
    ] = None,
    workspace: Annotated[str, typer.Option(metavar="NAME", rich_help_panel=WHERE)] = DEFAULTS.workspace,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="With a file: keeps its review. Default: NAME-review.",
            rich_help_panel=WHERE,
        ),
    ] = None,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    home: Home = None,
    column: InstructionColumn = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Push, and say what was sent and where people rate it."""
    from rich import get_console

    from distilabel_selfinstruct.reading import is_data, summary
    from distilabel_selfinstruct.review.argilla.connection import open_client
    from distilabel_selfinstruct.review.folder.review_folder import ReviewFolder
    from distilabel_selfinstruct.review.pushing.push import push_for_review

    options = PushOptions(
        workspace=workspace,
        settings=settings,
        min_submitted=min_submitted,
        sample=sample,
        random_seed=random_seed,
        raters=tuple(name.strip() for name in raters.split(",") if name.strip()),
        shared=shared,
    )
    if not is_data(folder):
        ReviewFolder(folder).require_run()  # before a server is looked for
    console = get_console()
    with (
        open_client(api_url=api_url, api_key=api_key, home=home) as client,
        transfer_bar(console, "Sending") as on_progress,
    ):
        result = push_for_review(
            folder,
            options,
            output=output,
            dataset=dataset,
            client=client,
            on_progress=on_progress,
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows, column=column),
        )
    _show(console, result.folder or folder, options, result)
    warn(summary(result.skipped))


def _show(console: "Console", folder: Path, options: PushOptions, result: "PushResult") -> None:
    line = partial(screen.line, console)
    line(f"{result.created:,} records are new in Argilla, {result.already_there:,} were there before.")
    if options.sample is not None:
        short = "" if result.records == options.sample else f" ({options.sample:,} were wanted, but there are no more)"
        line(f"This is a sample: one instance each of {result.records:,} instructions{short}.")
    others = result.held - result.created - result.already_there
    if others > 0:
        line(f"The dataset also holds {others:,} records of earlier pushes.")
    if result.duplicates:
        line(f"{result.duplicates:,} rows have the same texts as an earlier row and were not sent again.")
    for failure in result.failed[:MAX_FAILURES]:
        line(f"Row {failure.row} could not be sent: {failure.reason}.")
    if len(result.failed) > MAX_FAILURES:
        line(f"… and {len(result.failed) - MAX_FAILURES:,} more rows; all are in {folder / run_layout.PUSHED}.")
    if not options.raters:
        people = "one person has" if result.min_submitted == 1 else f"{result.min_submitted} people have"
        line(f"A record is complete when {people} answered it (--min-submitted).")
    for dataset in result.datasets:
        whose = f"{dataset.rater} ({len(dataset.records):,} records)" if dataset.rater else "Rate"
        line(f"{whose}: {dataset.url}")
    line(f"After people have rated: selfinstruct review pull {folder}")
