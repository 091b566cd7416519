"""What commands print. Texts of files, models and servers reach the terminal neither as markup nor as commands to it.

All printing of the commands goes through here and through `tables`; a test knows no other way.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from distilabel_selfinstruct.words import escape_controls

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text


def say(text: str) -> None:
    """Print a line on standard output."""
    typer.echo(escape_controls(text))


def warn(text: str) -> None:
    """Print a line on standard error; nothing for an empty text."""
    if text:
        print(escape_controls(text), file=sys.stderr)


def line(console: "Console", text: str, style: str | None = None) -> None:
    """Print a line on a console, as it is and not cut to its width."""
    console.print(escape_controls(text), style=style, highlight=False, soft_wrap=True, markup=False, emoji=False)


def show(console: "Console", *views: "RenderableType") -> None:
    """Print tables and the like; an empty line without any. A text among them is printed as by `line`."""
    if not views:
        console.print()
    for view in views:
        if isinstance(view, str):
            line(console, view)
        else:
            console.print(view)


@contextmanager
def working(console: "Console", text: str = "") -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being done; yield what changes the text."""
    with console.status(cell(text)) as status:
        yield lambda changed: status.update(cell(changed))


def cell(text: str) -> "Text":
    """A text of a user, a file or a server in a table."""
    from rich.text import Text

    return Text(escape_controls(text))
