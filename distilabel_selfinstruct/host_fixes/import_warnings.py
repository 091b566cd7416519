"""Importing the host with a recent pydantic prints 183 warnings about its own fields; they are silenced.

The host declares runtime parameters as `Annotated[Union[T, None], Field(default=None)]`
(`mixins/runtime_parameters.py:37`), whose default has no effect where it is. Steps of ours and of users that
declare runtime parameters raise the warning again, so the filter stays. The other message is about the host's
own imports.
"""

from __future__ import annotations

import warnings

_MESSAGES = (
    r"The 'default' attribute with value None was provided to the `Field\(\)` function",
    r"Importing from 'distilabel\.llms' is deprecated",
)


def silence() -> None:
    """Ignore these warnings; must come before the first import of the host."""
    for message in _MESSAGES:
        warnings.filterwarnings("ignore", message=message)
