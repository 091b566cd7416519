"""The one way in which this package changes the host: an attribute of a module or class is replaced."""

from __future__ import annotations

from typing import Any


def replace(owner: Any, name: str, value: Any) -> None:
    """Set `owner.name`, which must exist: a fix for something the host does not have is a mistake."""
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no attribute {name!r} to replace; is this distilabel 1.5.3?")
    setattr(owner, name, value)
