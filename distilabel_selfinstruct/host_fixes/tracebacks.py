"""Tracebacks without the values of local variables, which may be API keys.

Importing the host (`distilabel/__init__.py:19`) installs rich tracebacks with `show_locals=True`. A library
should not change that for the program that uses it, so `apply` does not call this; a program, such as our
CLI, does.
"""

from __future__ import annotations

import sys


def restore_plain_tracebacks() -> None:
    """Undo the host's rich tracebacks; to be called after the host was imported."""
    if getattr(sys.excepthook, "__module__", "").startswith("rich."):
        sys.excepthook = sys.__excepthook__
