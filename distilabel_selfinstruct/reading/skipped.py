"""Rows that were left out, on the screen and in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import writing
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.words import escape_controls

SKIPPED = "skipped.jsonl"
"""The file in the output folder of a command that has all rows that were left out."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was left out.

    `location` is its number in words ("line 3"), `reason` the end of a sentence about the row ("is not JSON …"), and
    `value` what stands there, as far as it is known.
    """

    source: str
    location: str
    reason: str
    value: Any = None


def summary(skipped: Sequence[SkippedRow], file: Path | None = None) -> str:
    """How many rows were left out, with the first few reasons; empty if there are none."""
    if not skipped:
        return ""
    first = "; ".join(f"{row.location} {row.reason}" for row in skipped[:_SHOWN])
    rest = "; …" if len(skipped) > _SHOWN else ""
    source = skipped[0].source
    rows = "1 row" if len(skipped) == 1 else f"{len(skipped):,} rows"
    was = "was" if len(skipped) == 1 else "were"
    listed = f" All are in {file}." if file else ""
    return escape_controls(f"{rows} of {source} {was} left out: {first}{rest}.{listed}")


def write_skipped(folder: Path, skipped: Sequence[SkippedRow]) -> Path | None:
    """Write all rows that were left out to `skipped.jsonl` in a folder. Without any, an older file is removed.

    Raises:
        OutputFileError: the file cannot be written.
    """
    path = folder / SKIPPED
    with writing(path):
        if not skipped:
            path.unlink(missing_ok=True)
            return None
        jsonl.write(path, (as_row(row) for row in skipped))
    return path


def as_row(row: SkippedRow) -> dict[str, Any]:
    """A row of the file of skipped rows."""
    return {"source": row.source, "location": row.location, "reason": row.reason, "row": row.value}
