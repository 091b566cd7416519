"""A row as the record that people rate: its id, texts that are safe to show, and metadata."""

import html
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from distilabel_selfinstruct.ratings.answers import NO, YES, record_id
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.task_types import is_classification_task
from distilabel_selfinstruct.words import length_in_words

Value = str | int | float

NO_INPUT = "–"
"""What stands for an input that is empty, so that nobody takes it for one that was not loaded."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A row as it is pushed. `id` is the `record_id` of its texts; `fields` are escaped; `metadata` holds no None."""

    id: str
    instruction: str
    is_classification: bool
    fields: Mapping[str, str]
    metadata: Mapping[str, Value]

    def item(self, fields: Iterable[str], metadata: Iterable[str]) -> dict[str, Any]:
        """The record as Argilla's HTTP interface takes it, with only the named fields and metadata."""
        shown = {name: self.fields[name] for name in fields if name in self.fields}
        known = {name: self.metadata[name] for name in metadata if name in self.metadata}
        return {"external_id": self.id, "fields": shown, "metadata": known}

    @property
    def size(self) -> int:
        """The number of characters in its fields."""
        return sum(map(len, self.fields.values()))


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that is not in Argilla, and why. `row` counts from 1; `record` is empty if the row has no id."""

    row: int
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows as records, in their order; rows with the same texts are one record.

    `first_rows` gives the number of the first row of each record, from 1. `duplicates` counts the other rows.
    """

    records: tuple[ReviewRecord, ...]
    first_rows: Mapping[str, int]
    num_rows: int = 0
    duplicates: int = 0
    failed: tuple[FailedRow, ...] = field(default=())


def prepare(rows: Iterable[Any], *, run: str = "") -> Prepared:
    """Make records of rows. Rows without usable texts become `FailedRow`s; rows with the same texts are one record."""
    records: dict[str, ReviewRecord] = {}
    first_rows: dict[str, int] = {}
    failed, duplicates, number = [], 0, 0
    for number, row in enumerate(rows, 1):
        fault = row_fault(row)
        if fault:
            failed.append(FailedRow(number, "", fault))
            continue
        record = review_record(row, run=run)
        duplicates += record.id in records
        records.setdefault(record.id, record)
        first_rows.setdefault(record.id, number)
    return Prepared(tuple(records.values()), first_rows, number, duplicates, tuple(failed))


def row_fault(row: Any) -> str:
    """Why nobody can rate this row; empty if it can be rated."""
    if not isinstance(row, dict):
        return f"the row is {_quoted(row)} and must be a mapping"
    for name in ("instruction", "input", "output"):
        text = row.get(name)
        if name == "input" and text is None:
            continue
        if not isinstance(text, str):
            return f"{name} is {_quoted(text)} and must be a text" if name in row else f"there is no {name}"
        half = _LONE_SURROGATE.search(text)
        if half is not None:
            return f"{name} holds half a character at position {half.start() + 1} (a lone surrogate)"
        if "\0" in text:
            return f"{name} holds a NUL character at position {text.index(chr(0)) + 1}, which databases refuse"
    return "" if row["instruction"].strip() else "instruction is blank"


def review_record(row: Mapping[str, Any], *, run: str = "") -> ReviewRecord:
    """The record of a row that has no `row_fault`.

    The page of Argilla 2.8 puts plain text fields into the document as HTML, so script in them would run. Therefore the
    texts are escaped; people see them exactly as they are. Quotes are not escaped, so that a search finds them.
    """
    texts = {name: str(row.get(name) or "") for name in ("instruction", "input", "output")}
    return ReviewRecord(
        id=record_id(texts["instruction"], texts["input"], texts["output"]),
        instruction=texts["instruction"],
        is_classification=is_classification_task(row.get("is_classification")),
        fields={
            name: escape_html(text) or (NO_INPUT if name == "input" else "")
            for name, text in {**texts, "reference": _reference(row)}.items()
            if text or name != "reference"
        },
        metadata=_metadata(row, texts, run),
    )


def _reference(row: Mapping[str, Any]) -> str:
    """A right answer that raters may see, if the row has one that a database takes."""
    text = row.get("reference")
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).replace("\0", "") if isinstance(text, str) else ""


def escape_html(text: str) -> str:
    """The text as the content of an HTML element that shows exactly this text. Quotes stay, so not for attributes."""
    return html.escape(text, quote=False)


def _metadata(row: Mapping[str, Any], texts: Mapping[str, str], run: str) -> dict[str, Value]:
    classification, nearest = row.get("is_classification"), row.get("nearest_rouge_l")
    found: dict[str, Value] = {f"{name}_words": length_in_words(text) for name, text in texts.items()}
    if classification is not None:
        found["is_classification"] = YES if is_classification_task(classification) else NO
    if isinstance(nearest, (int, float)) and not isinstance(nearest, bool) and math.isfinite(nearest):
        found["nearest_rouge_l"] = float(nearest)
    terms = {
        "model": row.get("model_name"),
        "run": run,
        "stage": row.get("stage") or Stage.INSTANCE_GENERATION.value,
        "task": row.get("task"),
    }
    for name, term in terms.items():
        if isinstance(term, str) and term and not _LONE_SURROGATE.search(term):
            found[name] = escape_html(term.replace("\0", ""))  # the page shows terms as HTML too
    return found


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 - enough to recognize it
