"""What commands print. Texts of files, models and servers reach the terminal neither as markup nor as commands to it.

All printing of the commands goes through here and through `tables`; a test knows no other way.
"""

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import typer

from distilabel_selfinstruct.words import escape_controls

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text


_WORD = re.compile(r"\s*\S+")


def say(text: str) -> None:
    """Print a sentence on standard output. On a terminal it continues on the next line at a word."""
    typer.echo(_on(sys.stdout, text))


def say_data(text: str) -> None:
    """Print a line for a program on standard output: no line break is added, on a terminal either."""
    typer.echo(escape_controls(text))


def warn(text: str) -> None:
    """Print a sentence on standard error, as `say` does on standard output; nothing for an empty text."""
    if text:
        print(_on(sys.stderr, text), file=sys.stderr)


def line(console: "Console", text: str, style: str | None = None) -> None:
    """Print a sentence on a console: wrapped at words on a terminal, and whole elsewhere. Nothing is cut."""
    shown = escape_controls(text)
    if console.is_terminal:
        shown = wrap_at_words(shown, console.width)
    console.print(shown, style=style, highlight=False, soft_wrap=True, markup=False, emoji=False)


def wrap_at_words(text: str, width: int) -> str:
    """The text with line breaks between words, so that no line is wider than the terminal if its words are not.

    A longer word, such as a path or an address, is not broken: it can be copied.

    Args:
        text: lines of any length; a line keeps the white space at its start.
        width: columns of the terminal. A letter of East Asian scripts takes two.
    """
    from rich.cells import cell_len

    lines = []
    for whole in text.split("\n"):
        current = ""
        for word in _WORD.findall(whole):
            if current and cell_len(current) + cell_len(word) > width:
                lines.append(current)
                current = word.lstrip()
            else:
                current += word
        lines.append(current)
    return "\n".join(lines)


def _on(stream: TextIO, text: str) -> str:
    shown = escape_controls(text)
    return wrap_at_words(shown, shutil.get_terminal_size().columns) if stream.isatty() else shown


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


@contextmanager
def paged(console: "Console") -> Iterator[None]:
    """On a terminal, show what is printed meanwhile a screen at a time; elsewhere print it at once."""
    if not console.is_terminal:
        yield
        return
    with console.pager():
        yield


def cell(text: str) -> "Text":
    """A text of a user, a file or a server in a table."""
    from rich.text import Text

    return Text(escape_controls(text))
