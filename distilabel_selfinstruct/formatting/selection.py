"""Which rows of a reviewed run are trained on: those that people kept, with the outputs that they corrected."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from distilabel_selfinstruct.formatting.examples import Row
from distilabel_selfinstruct.ratings import record_id

Include = Literal["undecided", "dropped"]
"""Verdicts of a review whose rows are left out unless asked for."""

INCLUDE: tuple[Include, ...] = get_args(Include)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not trained on, with the verdict and the review's words for it."""

    row: Row
    verdict: str
    detail: str


@dataclass
class Selection:
    """What a review lets through. `verdicts` counts all rows; `num_unknown` the decisions on rows not among them."""

    rows: list[Row] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    num_corrected: int = 0
    num_unknown: int = 0


def select(rows: Iterable[Row], decisions: Iterable[Mapping[str, Any]], include: Collection[Include] = ()) -> Selection:
    """The rows that were kept, and those with a verdict in `include`.

    Args:
        rows: the instances of a run.
        decisions: with `record`, `verdict`, `detail`, `output` and `corrected`. A row without one is undecided: it was
            in no sample, or came after the review.
        include: further verdicts to let through. Such rows have the output that the model gave.
    """
    by_record = {str(decision.get("record")): decision for decision in decisions}
    met = set()
    selection = Selection()
    for row in rows:
        record = record_id(*(str(row.get(column) or "") for column in ("instruction", "input", "output")))
        met.add(record)
        decision = by_record.get(record, {"verdict": "undecided", "detail": "The review has no decision on it."})
        verdict = str(decision.get("verdict"))
        selection.verdicts[verdict] += 1
        if verdict == "kept":
            corrected = bool(decision.get("corrected"))
            selection.num_corrected += corrected
            selection.rows.append({**row, "output": decision["output"]} if corrected else row)
        elif verdict in include:
            selection.rows.append(row)
        else:
            selection.left_out.append(LeftOut(row, verdict, str(decision.get("detail", ""))))
    selection.num_unknown = len(by_record.keys() - met)
    return selection
