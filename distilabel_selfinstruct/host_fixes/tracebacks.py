"""Tracebacks without the values of local variables, which may be API keys.

Importing the host (`distilabel/__init__.py:19`) installs rich tracebacks with `show_locals=True`. A library
should not change that for the program that uses it, so `host_fixes.apply` does not call this; a program, such as our
CLI, does.
"""

from __future__ import annotations

import sys

from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "tracebacks with local variables",
        "__init__.py:19",
        "importing the host shows secrets in tracebacks; undone by `restore_plain_tracebacks` only",
        "tests/host_fixes/test_around_the_run.py::test_tracebacks_show_no_local_variables_once_they_are_restored",
    ),
)


def restore_plain_tracebacks() -> None:
    """Undo the host's rich tracebacks; to be called after the host was imported."""
    if getattr(sys.excepthook, "__module__", "").startswith("rich."):
        sys.excepthook = sys.__excepthook__
