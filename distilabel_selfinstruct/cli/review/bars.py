"""Progress of a review on a terminal: bars, which are not shown elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from distilabel_selfinstruct.review.pushing.push import PushProgress


@contextmanager
def reading_bar(console: "Console") -> Iterator[Callable[[int, int], None]]:
    """Yield what shows records read and in all."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        console=console, disable=not console.is_terminal, transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("Reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def sending_bar(console: "Console") -> Iterator[Callable[["PushProgress"], None]]:
    """Yield what shows the progress of a push, and the time that is left."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, disable=not console.is_terminal, transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("Sending", total=None)
        yield lambda progress: bar.update(task, completed=progress.sent, total=progress.total)
