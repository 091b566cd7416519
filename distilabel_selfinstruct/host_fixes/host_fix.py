"""How a fix is described, and how it changes the host: an attribute of a module or class is replaced.

A module with a fix has `FIXES`, which can be read without the host, and `apply`, which imports the host and changes it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOST_VERSION = "1.5.3"


@dataclass(frozen=True)
class HostFix:
    """One bug of the host.

    Attributes:
        name: the bug in a few words.
        host_location: where it is, as `<file below distilabel/>:<line>`.
        symptom: what happens, to whom.
        test: the pytest node id of the test that reproduces it.
    """

    name: str
    host_location: str
    symptom: str
    test: str


def replace(owner: Any, name: str, value: Any) -> None:
    """Set `owner.name`.

    Raises:
        AttributeError: `owner` has no such attribute; a fix for something that the host does not have is a mistake.
    """
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no attribute {name!r} to replace; is this distilabel {HOST_VERSION}?")
    setattr(owner, name, value)


def wrap(owner: Any, name: str, fix: Callable[..., Any]) -> None:
    """Replace the function `owner.name` by `fix`, which gets that function as its first argument."""
    replace(owner, name, around(getattr(owner, name, None), fix))


def around(host_function: Any, fix: Callable[..., Any]) -> Callable[..., Any]:
    """`fix` as a function with the arguments of `host_function`, which it gets before them."""

    @functools.wraps(host_function)
    def fixed(*args: Any, **kwargs: Any) -> Any:
        return fix(host_function, *args, **kwargs)

    return fixed
