"""Importing the host with a recent pydantic prints 183 warnings about its own fields; they are silenced.

The host declares runtime parameters as `Annotated[Union[T, None], Field(default=None)]`
(`mixins/runtime_parameters.py:37`), whose default has no effect where it is. Steps of ours and of users that
declare runtime parameters raise the warning again, so the filter stays. The other message is about the host's
own imports.

A module of ours that imports the host, or the package around it, calls `silence` first; a bare
`import distilabel_selfinstruct` does not.
"""

from __future__ import annotations

import warnings

from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "warnings at import",
        "mixins/runtime_parameters.py:37",
        "183 warnings of pydantic about the host's fields",
        "tests/host_fixes/test_quiet_import.py::test_importing_a_room_shows_no_warning_of_the_host",
    ),
)

_MESSAGES = (
    r"The 'default' attribute with value None was provided to the `Field\(\)` function",
    r"Importing from 'distilabel\.llms' is deprecated",
)


def silence() -> None:
    """Ignore these warnings; must come before the first import of the host."""
    for message in _MESSAGES:
        warnings.filterwarnings("ignore", message=message)
