"""What a source holds before anybody asks what its columns mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row of a source as it stands there, or what is wrong with it.

    `number` counts from 1. `value` is any JSON value; of a row with a fault it is the text, as far as it is known.
    """

    number: int
    value: Any
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RawRows:
    """The rows of a source, read as they are consumed.

    `unit` is what `number` counts: "line" of a file of lines, else "row". `format` says in words what the source is.
    """

    rows: Iterator[RawRow]
    format: str
    unit: str = "row"
