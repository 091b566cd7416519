"""The user's folders for what this package keeps outside of runs (XDG)."""

from collections.abc import Mapping
from pathlib import Path

NAME = "distilabel-selfinstruct"


def cache_folder(variables: Mapping[str, str]) -> Path:
    """The folder for files that can be made again, by the variables of the environment."""
    return _xdg(variables.get("XDG_CACHE_HOME", ""), ".cache")


def data_folder(variables: Mapping[str, str]) -> Path:
    """The folder for a user's data, by the variables of the environment."""
    return _xdg(variables.get("XDG_DATA_HOME", ""), ".local/share")


def _xdg(value: str, default: str) -> Path:
    # The specification says that a relative path must be ignored.
    return (Path(value) if value.startswith("/") else Path.home() / default) / NAME
