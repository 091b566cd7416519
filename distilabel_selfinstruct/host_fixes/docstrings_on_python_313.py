"""Docstrings on Python 3.13 and later, whose compiler takes four columns of their indentation away.

The host's parser (`utils/docstring.py:190`) takes eight columns off the lines of examples and citations, which there
have only four left, and so leaves them indented.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "docstrings on Python 3.13",
        "utils/docstring.py:190",
        "examples and citations of a step keep their indentation and do not run",
        "tests/steps/test_docstrings.py::test_the_citation_is_found_whole",
    ),
)

_TAKEN_BY_COMPILER = 4 if sys.version_info >= (3, 13) else 0


def apply() -> None:
    """Wrap the host's function; called once."""
    from distilabel.utils import docstring

    wrap(docstring, "remove_leading_whitespaces", remove_leading_whitespaces)


def remove_leading_whitespaces(host_remove: Callable[[str, int], str], text: str, num_spaces: int = 8) -> str:
    """As the host does, less the columns that the compiler has taken."""
    return str(host_remove(text, num_spaces - _TAKEN_BY_COMPILER))
