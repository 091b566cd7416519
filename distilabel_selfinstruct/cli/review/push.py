"""`selfinstruct review push`: the instances of a run into Argilla."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.review.bars import sending_bar
from distilabel_selfinstruct.cli.review.options import WHERE, ApiKey, ApiUrl, Folder, Home
from distilabel_selfinstruct.files import run_layout

if TYPE_CHECKING:
    from rich.console import Console

    from distilabel_selfinstruct.review.pushing.push import PushOptions, PushResult

HELP = "Send the instances of a run to Argilla for people to rate. Sending them again adds nothing and loses nothing."

WHAT = "What"
WHO = "Who rates"

SHOWN_FAILURES = 5


def push(
    folder: Folder,
    sample: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Only this many instructions, one instance each, classification tasks in proportion. The paper: 200.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Fixes the sample and who rates what.", rich_help_panel=WHAT)] = 42,
    settings: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="What raters see and answer: instances, comparison, or a YAML file of your own.",
            rich_help_panel=WHAT,
        ),
    ] = "instances",
    raters: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Split the records, as in anna,ben: a dataset for each. Default: one for everybody.",
            rich_help_panel=WHO,
        ),
    ] = "",
    shared: Annotated[
        int,
        typer.Option(min=0, help="With --raters, how many records all of them rate.", rich_help_panel=WHO),
    ] = 0,
    min_submitted: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many answers complete a record. Default: as the settings say (1).", rich_help_panel=WHO
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Default: selfinstruct- and the folder's name.", rich_help_panel=WHERE),
    ] = None,
    workspace: Annotated[str, typer.Option(metavar="NAME", rich_help_panel=WHERE)] = "selfinstruct",
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    home: Home = None,
) -> None:
    """Push, say what happened, and where to go on."""
    from rich import get_console

    from distilabel_selfinstruct.review.argilla.connection import connect
    from distilabel_selfinstruct.review.pushing.push import PushOptions, push_run

    options = PushOptions(
        workspace=workspace,
        settings=settings,
        min_submitted=min_submitted,
        sample=sample,
        seed=seed,
        raters=tuple(name.strip() for name in raters.split(",") if name.strip()),
        shared=shared,
    )
    console = get_console()
    client = connect(api_url, api_key, home)
    with sending_bar(console) as watch:
        result = push_run(folder, client, options, dataset=dataset, watch=watch)
    _show(console, folder, options, result)


def _show(console: "Console", folder: Path, options: "PushOptions", result: "PushResult") -> None:
    def line(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    line(f"{result.created:,} records are new in Argilla, {result.already_there:,} were there.")
    if options.sample is not None:
        short = "" if result.records == options.sample else f" ({options.sample:,} were wanted: there are no more)"
        line(f"A sample: one instance each of {result.records:,} instructions{short}.")
    others = result.held - result.created - result.already_there
    if others > 0:
        line(f"The dataset holds {others:,} other records, of earlier pushes.")
    if result.duplicates:
        line(f"{result.duplicates:,} rows say the same as a row before and were sent once.")
    for failure in result.failed[:SHOWN_FAILURES]:
        line(f"Row {failure.row} could not be sent: {failure.reason}.")
    if len(result.failed) > SHOWN_FAILURES:
        line(f"… and {len(result.failed) - SHOWN_FAILURES:,} rows more; all are in {folder / run_layout.PUSHED}.")
    for dataset in result.datasets:
        whose = f"{dataset.rater} ({len(dataset.records):,} records)" if dataset.rater else "Rate"
        line(f"{whose}: {dataset.url}")
    line(f"When people have rated: selfinstruct review pull {folder}")
