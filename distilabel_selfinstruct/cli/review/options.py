"""The options that commands reading from Argilla share, and the bar that they show meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

WHERE = "Where"

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of a run.")]

Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="NAME",
        help="Only this dataset; may be given more than once. Default: all that were pushed.",
        rich_help_panel=WHERE,
    ),
]

Workspace = Annotated[
    str | None, typer.Option(metavar="NAME", help="Default: where it was pushed.", rich_help_panel=WHERE)
]

ApiUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="A hosted Argilla. Default: ARGILLA_API_URL, or else the server that review serve runs.",
        rich_help_panel=WHERE,
    ),
]

ApiKey = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        help="Its key; better in ARGILLA_API_KEY, where no list of processes shows it.",
        rich_help_panel=WHERE,
    ),
]

Home = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Home of the server that review serve runs.", rich_help_panel=WHERE),
]


@contextmanager
def reading_bar(console: "Console") -> Iterator[Callable[[int, int], None]]:
    """Yield what shows records read and in all: as a bar on a terminal, else not at all."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        console=console, disable=not console.is_terminal, transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("Reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
