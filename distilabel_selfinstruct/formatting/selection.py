"""Which rows of a reviewed run are trained on: those that people kept, with the outputs that they corrected."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from distilabel_selfinstruct.formatting.examples import Row
from distilabel_selfinstruct.ratings.decision_file import StoredDecision, with_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not trained on, with the decision on it and its reason in a sentence."""

    row: Row
    status: DecisionStatus
    detail: str


@dataclass
class Selection:
    """The rows to train on. `counts` counts all rows by decision; `num_unknown` counts decisions on other rows."""

    rows: list[Row] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    counts: Counter[DecisionStatus] = field(default_factory=Counter)
    num_corrected: int = 0
    num_unknown: int = 0


def select(
    rows: Iterable[Row], decisions: Mapping[str, StoredDecision], include: Collection[DecisionStatus] = ()
) -> Selection:
    """The rows that were kept, and those with a decision in `include`.

    Args:
        rows: the instances of a run.
        decisions: by record. A row without a decision is undecided.
        include: further decisions whose rows are used. Such rows have the output of the model.
    """
    met = set()
    selection = Selection()
    for row, record, decision in with_decisions(rows, decisions):
        met.add(record)
        selection.counts[decision.status] += 1
        if decision.status == DecisionStatus.KEPT:
            selection.num_corrected += decision.corrected
            selection.rows.append({**row, "output": decision.output} if decision.corrected else row)
        elif decision.status in include:
            selection.rows.append(row)
        else:
            selection.left_out.append(LeftOut(row, decision.status, decision.detail))
    selection.num_unknown = len(decisions.keys() - met)
    return selection
