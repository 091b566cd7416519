"""From the names of options, as errors say them, to the flags of the command."""

import re

_OPTION = re.compile(r"`([a-z][a-z_]*)(?:=([^`\s]*))?`")

_OTHER_NAMES = {
    "datasets": "dataset",
    "languages": "language",
    "columns": "map",
    "reference_columns": "reference-map",
}
"""Options that the command calls otherwise, mostly because it takes them one at a time."""


def with_flags(message: str) -> str:
    """A message for whoever uses the command: `name` becomes --name, and `name=value` becomes --name value."""
    return _OPTION.sub(_flag, message)


def _flag(option: re.Match[str]) -> str:
    name, value = option.groups()
    flag = f"--{_OTHER_NAMES.get(name, name).replace('_', '-')}"
    return f"{flag} {value}" if value else flag
