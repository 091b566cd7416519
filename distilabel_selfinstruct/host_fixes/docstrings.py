"""Docstrings on Python 3.13 and later, whose compiler takes four columns of their indentation away.

The host's parser (`utils/docstring.py:190`) takes eight columns off the lines of examples and citations, which there
have only four left, and so leaves them indented.
"""

from __future__ import annotations

import sys

from distilabel.utils import docstring

from distilabel_selfinstruct.host_fixes.replacing import replace

_TAKEN_BY_COMPILER = 4 if sys.version_info >= (3, 13) else 0

_host_remove = docstring.remove_leading_whitespaces


def apply() -> None:
    """Replace the host's function; called once."""
    replace(docstring, "remove_leading_whitespaces", remove_leading_whitespaces)


def remove_leading_whitespaces(text: str, num_spaces: int = 8) -> str:
    """As the host does, less the columns that the compiler has taken."""
    return str(_host_remove(text, num_spaces - _TAKEN_BY_COMPILER))
