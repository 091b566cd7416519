"""What goes into a statistic, and what comes out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.errors import ConfigError

Value = str | int | float
"""One answer: a category, or a number."""

Answers = Mapping[str, Value]
"""The answers of one rater to one question, by item. An item without an answer is not in it."""

ByRater = Mapping[str, Answers]
"""The answers of several raters to one question."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic, or the reason why there is none.

    `value` is None where it cannot be computed, `lower` and `upper` (95%) where there is no interval; `note` says why.
    It also says what was left out. `num_items` counts the items that the value rests on, or would rest on.
    """

    value: float | None
    num_items: int
    note: str = ""
    lower: float | None = None
    upper: float | None = None


def shared_by_item(by_rater: ByRater) -> dict[str, Counter[Value]]:
    """How often each value was given, by item, for the items that two raters or more have answered."""
    counts: dict[str, Counter[Value]] = {}
    for answers in by_rater.values():
        for item, value in answers.items():
            counts.setdefault(item, Counter())[value] += 1
    return {item: counts[item] for item in sorted(counts) if counts[item].total() > 1}


def why_nothing_is_shared(by_rater: ByRater) -> str:
    """The reason why no item has two answers."""
    raters = [rater for rater, answers in by_rater.items() if answers]
    if not raters:
        return "Nobody has answered."
    return f"Only {raters[0]} has answered." if len(raters) == 1 else "No two raters have answered about the same item."


def scores_of(values: Sequence[Value], order: Sequence[Value]) -> dict[Value, float]:
    """The place of each value on a scale, from the lowest: its place in `order`, or without one the number itself.

    Raises:
        ConfigError: a value is not in the order, or there is no order and the value is no number.
    """
    if order:
        strange = [value for value in values if value not in order]
        if strange:
            raise ConfigError(f"The answer {strange[0]!r} has no place in the order {', '.join(map(str, order))}.")
        return {value: float(place) for place, value in enumerate(order)}
    words = [value for value in values if isinstance(value, str)]
    if words:
        raise ConfigError(f"The answer {words[0]!r} is no number: give the order of the answers.")
    return {value: float(value) for value in sorted(set(values), key=float)}
