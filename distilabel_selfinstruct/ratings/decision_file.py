"""The decisions of a review: in their file, and beside the rows of a run."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.ratings.decisions import REVIEWED, Decision, DecisionStatus
from distilabel_selfinstruct.records import Row

INCLUDABLE = (DecisionStatus.UNDECIDED, DecisionStatus.DROPPED)
"""Rows with such a decision are left out, unless a user includes them."""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What is needed of a decision later. `output` is the output to use; if `corrected`, a rater wrote it."""

    status: DecisionStatus
    output: str
    corrected: bool = False
    detail: str = ""


def parse_included(names: Iterable[str]) -> tuple[DecisionStatus, ...]:
    """The decisions of these names, each once, in the order of `INCLUDABLE`.

    Raises:
        ConfigError: a name is not in `INCLUDABLE`.
    """
    wanted = set(names)
    if unknown := sorted(wanted.difference(INCLUDABLE)):
        raise ConfigError(f"include is {unknown[0]!r}: use {' or '.join(INCLUDABLE)}.")
    return tuple(status for status in INCLUDABLE if status in wanted)


def write_decisions(path: str | os.PathLike[str], decisions: Iterable[Decision]) -> None:
    """Write the file of decisions, one a line: the decision, and the columns of the row with the output to use.

    Raises:
        OSError: the file cannot be written.
    """
    jsonl.write(path, map(_row, decisions))


def read_decisions(path: str | os.PathLike[str]) -> dict[str, StoredDecision]:
    """The decisions in a file, by record.

    Raises:
        InputFileError: the file cannot be read, or a line holds no decision; the message names the line.
    """
    decisions = {}
    for line in jsonl.scan(path):
        row = line.value
        is_decision = row.get("verdict") in REVIEWED and all(
            isinstance(row.get(column), str) for column in ("record", "output")
        )
        if not is_decision:
            raise InputFileError(
                f"{os.fspath(path)}, line {line.number}: the line {line.fault or 'holds no decision'}. Write the file "
                "again with selfinstruct review pull.",
                path,
            )
        decisions[row["record"]] = StoredDecision(
            DecisionStatus(row["verdict"]), row["output"], bool(row.get("corrected")), str(row.get("detail", ""))
        )
    return decisions


def with_decisions(
    rows: Iterable[Row], decisions: Mapping[str, StoredDecision] | None
) -> Iterator[tuple[Row, str, StoredDecision]]:
    """Each row of a run with its `record_id` and the decision on it. Without decisions (None) all rows are unreviewed.

    A row without a decision is undecided: it was in no sample, came later, or its texts have changed.
    """
    for row in rows:
        record = record_id(*(str(row.get(column) or "") for column in ("instruction", "input", "output")))
        output = str(row.get("output") or "")
        if decisions is None:
            yield row, record, StoredDecision(DecisionStatus.UNREVIEWED, output)
        else:
            unknown = StoredDecision(DecisionStatus.UNDECIDED, output, detail="The review has no decision on it.")
            yield row, record, decisions.get(record, unknown)


def _row(decision: Decision) -> Row:
    own: Row = {
        "record": decision.record,
        "verdict": decision.status.value,
        "reason": decision.reason.value,
        "detail": decision.detail,
        "num_raters": decision.num_raters,
        "corrected": decision.corrected,
    }
    outputs = {"output": decision.output, "original_output": decision.row["output"]}
    return {**own, **decision.row, **own, **outputs}
