"""Answers of raters, from the tables that textbooks print."""

import os
from collections.abc import Sequence
from importlib.util import find_spec

import pytest

from distilabel_selfinstruct.ratings.answers import Rating

MISSING = [name for name in ("krippendorff", "scipy", "statsmodels") if find_spec(name) is None]

NEEDS_LIBRARIES = pytest.mark.skipif(
    bool(MISSING) and os.environ.get("CI") != "true", reason=f"not installed: {', '.join(MISSING)}"
)


def from_table(table: Sequence[Sequence[int]]) -> tuple[dict[str, int], dict[str, int]]:
    """Two raters with the given counts: the first one's answers are the rows, the second one's the columns."""
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    first = {str(item): pair[0] for item, pair in enumerate(pairs)}
    return first, {str(item): pair[1] for item, pair in enumerate(pairs)}


def from_rows(*rows: str) -> dict[str, dict[str, int]]:
    """Raters from one text each: a digit per item, `.` where there is no answer."""
    return {
        f"rater {number}": {str(item): int(digit) for item, digit in enumerate(row) if digit != "."}
        for number, row in enumerate(rows)
    }


def from_counts(table: Sequence[Sequence[int]]) -> dict[str, dict[str, int]]:
    """Raters that give item i the answer j as often as the table says. Who gave which is arbitrary."""
    by_rater: dict[str, dict[str, int]] = {}
    for item, row in enumerate(table):
        answers = [answer for answer, count in enumerate(row) for _ in range(count)]
        for rater, answer in enumerate(answers):
            by_rater.setdefault(str(rater), {})[str(item)] = answer
    return by_rater


def rated(question: str, updated_at: str = "2026-01-01T00:00:00", **letters: str) -> list[Rating]:
    """Answers of raters by name: a character per record (`y` and `n` for yes and no), `.` where there is none."""
    words = {"y": "yes", "n": "no"}
    return [
        Rating(f"record {item}", f"Do {item}.", rater, question, words.get(letter, letter), updated_at)
        for rater, row in letters.items()
        for item, letter in enumerate(row)
        if letter != "."
    ]
