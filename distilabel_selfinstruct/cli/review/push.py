"""`selfinstruct review push`: the instances of a run into Argilla."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typing_extensions import Self

from distilabel_selfinstruct import run_files

if TYPE_CHECKING:
    from rich.console import Console

    from distilabel_selfinstruct.review.push import PushOptions, PushProgress, PushResult

HELP = "Send the instances of a run to Argilla for people to rate. Sending them again adds nothing and loses nothing."

WHAT = "What"
WHO = "Who rates"
WHERE = "Where"

SHOWN_FAILURES = 5


def push(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of a run.")],
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
        typer.Option(min=1, help="How many answers complete a record. Default: 1.", rich_help_panel=WHO),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Default: selfinstruct- and the folder's name.", rich_help_panel=WHERE),
    ] = None,
    workspace: Annotated[str, typer.Option(metavar="NAME", rich_help_panel=WHERE)] = "selfinstruct",
    api_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A hosted Argilla. Default: ARGILLA_API_URL, or else the server that review serve runs.",
            rich_help_panel=WHERE,
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="Its key; better in ARGILLA_API_KEY, where no list of processes shows it.",
            rich_help_panel=WHERE,
        ),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Home of the server that review serve runs.", rich_help_panel=WHERE),
    ] = None,
) -> None:
    """Push, say what happened, and where to go on."""
    from rich import get_console

    from distilabel_selfinstruct.review.connection import connect
    from distilabel_selfinstruct.review.push import PushOptions, push_run

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
    with PushBar(console) as bar:
        result = push_run(folder, client, options, dataset=dataset, watch=bar.update)
    _show(console, folder, options, result)


class PushBar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("records"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, disable=not console.is_terminal, transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("records", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, progress: "PushProgress") -> None:
        """Show the progress."""
        self._progress.update(self._task, completed=progress.sent, total=progress.total)


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
        line(f"… and {len(result.failed) - SHOWN_FAILURES:,} rows more; all are in {folder / run_files.PUSHED}.")
    for dataset in result.datasets:
        whose = f"{dataset.rater} ({len(dataset.records):,} records)" if dataset.rater else "Rate"
        line(f"{whose}: {dataset.url}")
    line(f"When people have rated: selfinstruct review pull {folder}")
