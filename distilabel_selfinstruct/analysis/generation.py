"""How a run went: what each rule dropped, and how the share of admitted candidates changed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from distilabel_selfinstruct.records import Reason, Row, Stage

MOST_PERIODS = 40


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many texts a rule dropped in a stage."""

    stage: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """Consecutive requests of instruction generation, and what became of their candidates."""

    first_request: int
    last_request: int
    admitted: int
    rejected: int

    @property
    def acceptance(self) -> float | None:
        """Share of the candidates that were admitted, from 0 to 1; None without candidates."""
        candidates = self.admitted + self.rejected
        return self.admitted / candidates if candidates else None


def count_rejections(rejections: Iterable[Row]) -> tuple[RuleCount, ...]:
    """Counts by stage, in the order of the stages' first rejection, and by reason, most common first."""
    counts = Counter((str(row.get("stage") or ""), str(row.get("reason") or "")) for row in rejections)
    stages = list(dict.fromkeys(stage for stage, _ in counts))
    ranked = sorted(counts.items(), key=lambda item: (stages.index(item[0][0]), -item[1], item[0][1]))
    return tuple(RuleCount(stage, reason, count) for (stage, reason), count in ranked)


def acceptance_periods(
    instructions: Iterable[Row], rejections: Iterable[Row], periods: int = MOST_PERIODS
) -> tuple[Period, ...]:
    """Admitted and rejected candidates over the requests, in at most `periods` periods of equal length.

    The column `request` of the rows is read. Candidates beyond the wanted number of instructions do not count.
    """
    admitted = Counter(row["request"] for row in instructions if isinstance(row.get("request"), int))
    rejected = Counter(
        row["request"]
        for row in rejections
        if row.get("stage") == Stage.INSTRUCTION_GENERATION.value
        and row.get("reason") != Reason.OVER_LIMIT.value
        and isinstance(row.get("request"), int)
    )
    if not admitted and not rejected:
        return ()
    last = max([*admitted, *rejected])
    length = -(-(last + 1) // periods)
    found = []
    for first in range(0, last + 1, length):
        requests = range(first, min(first + length, last + 1))
        found.append(
            Period(
                first_request=first,
                last_request=requests[-1],
                admitted=sum(admitted[request] for request in requests),
                rejected=sum(rejected[request] for request in requests),
            )
        )
    return tuple(found)
