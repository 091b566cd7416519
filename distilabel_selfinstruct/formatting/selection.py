"""Which rows of a reviewed run are trained on: those that people kept, with the outputs that they corrected."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from distilabel_selfinstruct.formatting.examples import Row
from distilabel_selfinstruct.ratings.decision_file import Include, Ruling, ruled


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


def select(rows: Iterable[Row], rulings: Mapping[str, Ruling], include: Collection[Include] = ()) -> Selection:
    """The rows that were kept, and those with a verdict in `include`.

    Args:
        rows: the instances of a run.
        rulings: by record. A row without one is undecided.
        include: further verdicts to let through. Such rows have the output that the model gave.
    """
    met = set()
    selection = Selection()
    for row, record, ruling in ruled(rows, rulings):
        met.add(record)
        selection.verdicts[ruling.verdict] += 1
        if ruling.verdict == "kept":
            selection.num_corrected += ruling.corrected
            selection.rows.append({**row, "output": ruling.output} if ruling.corrected else row)
        elif ruling.verdict in include:
            selection.rows.append(row)
        else:
            selection.left_out.append(LeftOut(row, ruling.verdict, ruling.detail))
    selection.num_unknown = len(rulings.keys() - met)
    return selection
