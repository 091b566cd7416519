"""What commands print: texts of files and models never reach the terminal as commands to it."""

import sys
from typing import TYPE_CHECKING

import typer

from distilabel_selfinstruct.words import escape_controls

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def say(text: str) -> None:
    """Print a line on standard output."""
    typer.echo(escape_controls(text))


def warn(text: str) -> None:
    """Print a line on standard error; nothing for an empty text."""
    if text:
        print(escape_controls(text), file=sys.stderr)


def line(console: "Console", text: str) -> None:
    """Print a line on a console, as it is and not cut to its width."""
    console.print(escape_controls(text), highlight=False, soft_wrap=True, markup=False)


def cell(text: str) -> "Text":
    """A text of a user, a file or a server in a table."""
    from rich.text import Text

    return Text(escape_controls(text))
