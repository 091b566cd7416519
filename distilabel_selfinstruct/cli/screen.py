"""What commands print: texts of files and models never reach the terminal as commands to it."""

import sys

import typer

from distilabel_selfinstruct.words import escape_controls


def say(text: str) -> None:
    """Print a line on standard output."""
    typer.echo(escape_controls(text))


def warn(text: str) -> None:
    """Print a line on standard error; nothing for an empty text."""
    if text:
        print(escape_controls(text), file=sys.stderr)
