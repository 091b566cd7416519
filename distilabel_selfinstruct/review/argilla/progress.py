"""How far a push or a pull is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """The number of records that were sent or read so far, and the number of all that are to be.

    A push counts the records of all its datasets; a pull counts each dataset by itself.
    """

    done: int
    total: int


OnProgress = Callable[[TransferProgress], object]
"""Is called after each request."""
