"""What a review decided, in its file and beside the rows of a run: which rows are taken, and with which outputs."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.ratings.decisions import Decision, Verdict

Row = dict[str, Any]

Include = Literal["undecided", "dropped"]

INCLUDABLE: tuple[Include, ...] = get_args(Include)
"""Verdicts whose rows are left out, unless asked for."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided about an instance, and why in a sentence. `output` is the one to use.

    `corrected` says whether a rater wrote the output. Where there was no review, the verdict is `unreviewed`.
    """

    verdict: Verdict | Literal["unreviewed"]
    output: str
    corrected: bool = False
    detail: str = ""


def included(verdicts: Iterable[str]) -> tuple[Include, ...]:
    """These verdicts, in the order of `INCLUDABLE`.

    Raises:
        ConfigError: one of them cannot be asked for.
    """
    wanted = set(verdicts)
    if unknown := sorted(wanted.difference(INCLUDABLE)):
        raise ConfigError(f"There is no verdict {unknown[0]!r} to include: use {' or '.join(INCLUDABLE)}.")
    return tuple(verdict for verdict in INCLUDABLE if verdict in wanted)


def write_decisions(path: str | os.PathLike[str], decisions: Iterable[Decision]) -> None:
    """Write decisions whole, one a line: the verdict, then the columns of the row with the output to use."""
    jsonl.write(path, map(_row, decisions))


def read_rulings(path: str | os.PathLike[str]) -> dict[str, Ruling]:
    """The rulings in a file of decisions, by record.

    Raises:
        InputFileError: the file cannot be read, or a line holds no decision; the message names the line.
    """
    rulings = {}
    for line in jsonl.scan(path):
        row = line.value
        is_decision = row.get("verdict") in get_args(Verdict) and all(
            isinstance(row.get(column), str) for column in ("record", "output")
        )
        if not is_decision:
            raise InputFileError(
                f"{os.fspath(path)}, line {line.number}: the line {line.fault or 'holds no decision'}. Make the file "
                "anew with selfinstruct review pull."
            )
        corrected, detail = bool(row.get("corrected")), str(row.get("detail", ""))
        rulings[row["record"]] = Ruling(row["verdict"], row["output"], corrected, detail)
    return rulings


def ruled(rows: Iterable[Row], rulings: Mapping[str, Ruling] | None) -> Iterator[tuple[Row, str, Ruling]]:
    """Each row of a run with its `record_id` and the ruling on it. Without rulings (None) all rows are unreviewed.

    A row that the review does not know is undecided: it was in no sample, came later, or its texts have changed.
    """
    for row in rows:
        record = record_id(*(str(row.get(column) or "") for column in ("instruction", "input", "output")))
        output = str(row.get("output") or "")
        if rulings is None:
            yield row, record, Ruling("unreviewed", output)
        else:
            unknown = Ruling("undecided", output, detail="The review has no decision on it.")
            yield row, record, rulings.get(record, unknown)


def _row(decision: Decision) -> Row:
    own: Row = {
        "record": decision.record,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "detail": decision.detail,
        "num_raters": decision.num_raters,
        "corrected": decision.corrected,
    }
    outputs = {"output": decision.output, "original_output": decision.row["output"]}
    return {**own, **decision.row, **own, **outputs}
