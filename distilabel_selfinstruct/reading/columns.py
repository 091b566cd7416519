"""Which column of a file holds what, by its name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

INSTRUCTION = ("instruction", "prompt", "question", "query", "instructions", "problem")
INPUT = ("input", "context", "inputs")
OUTPUT = (
    "output", "response", "answer", "completion", "target", "targets", "outputs", "answers", "label", "solution",
    "assistant", "chosen", "prediction",
)  # fmt: skip
"""Names that files use, the most telling one first."""

IS_CLASSIFICATION = ("is_classification",)

_ALIASES = {"instruction": INSTRUCTION, "input": INPUT, "output": OUTPUT, "is_classification": IS_CLASSIFICATION}

_NO_LETTERS = re.compile(r"[\W_]+")


@lru_cache(maxsize=1_000)
def plain(name: str) -> str:
    """A name without its case and what is no letter: "Is Classification ", "isClassification" and so on are one."""
    return _NO_LETTERS.sub("", str(name).casefold()) or str(name)


def find(wanted: str, names: Iterable[str]) -> str | None:
    """The name in a file that is the wanted one, exactly or else but for case, spaces and signs."""
    names = list(names)
    if wanted in names:
        return wanted
    sought = plain(wanted)
    return next((name for name in names if plain(name) == sought), None)


def known_columns(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The column of the file for each column of ours that is given, or else known by its name.

    Rows with an input and an output but without an instruction have the instruction in the input.
    """
    found = dict(given)
    for ours, aliases in _ALIASES.items():
        if ours in found:
            continue
        free = [name for name in names if name not in found.values()]
        column = next((column for alias in aliases if (column := find(alias, free)) is not None), None)
        if column is not None:
            found[ours] = column
    if "instruction" not in found and "input" in found and "output" in found:
        found["instruction"] = found.pop("input")
    return {ours: found[ours] for ours in (*_ALIASES, *found) if ours in found}


def lookup(row: Mapping[str, Any], column: str) -> Any:
    """The value in a column, whose case, spaces and signs do not count; None if there is none.

    A dot leads into a struct where no column has that name.
    """
    if column in row:
        return row[column]
    if (other := find(column, row)) is not None:
        return row[other]
    head, dot, rest = column.partition(".")
    inner = row.get(head) if dot else None
    return lookup(inner, rest) if isinstance(inner, Mapping) else None


def has_column(rows: Iterable[Mapping[str, Any]], column: str) -> bool:
    """Whether one of the rows has the column, or the struct that a dot leads into."""
    head = column.partition(".")[0]
    return any(column in row or isinstance(row.get(head), Mapping) for row in rows)
