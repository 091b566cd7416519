"""The input and the result of a statistic."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.errors import ConfigError

Value = str | int | float
"""One answer: a category, or a number."""

Answers = Mapping[str, Value]
"""The answers of one rater to one question, by item. Items without an answer are missing."""

ByRater = Mapping[str, Answers]
"""The answers of several raters to one question."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic, or the reason why there is none.

    `value` is None if the statistic cannot be computed; `lower` and `upper` are None if it has no 95% interval. `note`
    says why, and which items were left out. `num_items` counts the items that the statistic is about.
    """

    value: float | None
    num_items: int
    note: str = ""
    lower: float | None = None
    upper: float | None = None


def shared_by_item(by_rater: ByRater) -> dict[str, Counter[Value]]:
    """How often each value was given, by item. Only items that two raters or more have answered are counted."""
    counts: dict[str, Counter[Value]] = {}
    for answers in by_rater.values():
        for item, value in answers.items():
            counts.setdefault(item, Counter())[value] += 1
    return {item: counts[item] for item in sorted(counts) if counts[item].total() > 1}


def why_nothing_is_shared(by_rater: ByRater) -> str:
    """Why no item has two answers, in a sentence."""
    raters = [rater for rater, answers in by_rater.items() if answers]
    if not raters:
        return "Nobody has answered."
    return f"Only {raters[0]} has answered." if len(raters) == 1 else "No two raters have answered about the same item."


def scores_of(values: Sequence[Value], order: Sequence[Value]) -> dict[Value, float]:
    """The score of each value on a scale, the lowest first: its index in `order`, or else the number itself.

    Raises:
        ConfigError: a value is not in the order, or there is no order and the value is not a number.
    """
    if order:
        strange = [value for value in values if value not in order]
        if strange:
            raise ConfigError(f"The answer {strange[0]!r} is not in the order {', '.join(map(str, order))}: add it.")
        return {value: float(index) for index, value in enumerate(order)}
    words = [value for value in values if isinstance(value, str)]
    if words:
        raise ConfigError(f"The answer {words[0]!r} is not a number: give the order of the answers.")
    return {value: float(value) for value in sorted(set(values), key=float)}
