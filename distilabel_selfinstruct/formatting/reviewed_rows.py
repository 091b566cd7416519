"""Which rows of a reviewed run are trained on: those that people kept, with the outputs that they corrected."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from distilabel_selfinstruct.ratings.decision_file import StoredDecision, with_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.records import Row


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """A row that is not trained on, with the decision on it and its reason in a sentence."""

    row: Row
    status: DecisionStatus
    detail: str


@dataclass(frozen=True, slots=True)
class ReviewedRows:
    """The rows to train on. `counts` counts all rows by decision; `num_unknown` counts decisions on other rows."""

    rows: tuple[Row, ...]
    left_out: tuple[LeftOutRow, ...]
    counts: Mapping[DecisionStatus, int]
    num_corrected: int
    num_unknown: int


def apply_decisions(
    rows: Iterable[Row], decisions: Mapping[str, StoredDecision], include: Collection[DecisionStatus] = ()
) -> ReviewedRows:
    """Take the rows that were kept, and those with a decision in `include`.

    Args:
        rows: the instances of a run.
        decisions: by record. A row without a decision is undecided.
        include: further decisions whose rows are taken. Such rows have the output of the model.
    """
    taken: list[Row] = []
    left_out: list[LeftOutRow] = []
    counts: Counter[DecisionStatus] = Counter()
    known, num_corrected = set(), 0
    for row, record, decision in with_decisions(rows, decisions):
        known.add(record)
        counts[decision.status] += 1
        if decision.status == DecisionStatus.KEPT:
            num_corrected += decision.corrected
            taken.append({**row, "output": decision.output} if decision.corrected else row)
        elif decision.status in include:
            taken.append(row)
        else:
            left_out.append(LeftOutRow(row, decision.status, decision.detail))
    return ReviewedRows(tuple(taken), tuple(left_out), counts, num_corrected, len(decisions.keys() - known))
