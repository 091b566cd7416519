"""Progress bars of a review. They are shown only on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from distilabel_selfinstruct.review.argilla.progress import OnProgress


@contextmanager
def transfer_bar(console: "Console", label: str) -> Iterator["OnProgress"]:
    """Show a bar with this label; yield the callback that moves it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, disable=not console.is_terminal, transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda progress: bar.update(task, completed=progress.done, total=progress.total)
