"""Statistics of any number of raters: percent agreement, Fleiss' kappa and Krippendorff's alpha."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from distilabel_selfinstruct.ratings.agreement import libraries
from distilabel_selfinstruct.ratings.agreement.estimate import (
    ByRater,
    Estimate,
    Value,
    scores_of,
    shared_by_item,
    why_nothing_is_shared,
)

Level = Literal["nominal", "ordinal", "interval"]


def percent_agreement(by_rater: ByRater) -> Estimate:
    """The share (0 to 1) of pairs of raters who gave the same answer: the mean over items with two answers or more.

    For two raters it is the share of items on which they agree. This is our own code: no library has it.
    """
    shared = shared_by_item(by_rater)
    if not shared:
        return Estimate(None, 0, why_nothing_is_shared(by_rater))
    agreeing = [sum(n * (n - 1) for n in item.values()) / _num_pairs(item) for item in shared.values()]
    return Estimate(sum(agreeing) / len(agreeing), len(shared))


def _num_pairs(item: Counter[Value]) -> int:
    return item.total() * (item.total() - 1)


def fleiss_kappa(by_rater: ByRater) -> Estimate:
    """Fleiss' kappa (1971). It is defined for items with the same number of ratings; the raters may differ.

    Only items with the most frequent number of ratings above one are used; if two numbers are equally frequent, the
    larger. The note counts the items that are left out. Krippendorff's alpha uses them all.
    """
    shared = shared_by_item(by_rater)
    if not shared:
        return Estimate(None, 0, why_nothing_is_shared(by_rater))
    frequency = Counter(item.total() for item in shared.values())
    num_ratings = max(frequency, key=lambda number: (frequency[number], number))
    items = [item for item in shared.values() if item.total() == num_ratings]
    left_out = len(shared) - len(items)
    note = f"Items with {num_ratings} ratings; {left_out} with another number are left out." if left_out else ""
    nothing = _why_no_chance(items)
    if nothing:
        return Estimate(None, len(items), f"{nothing} {note}".strip())
    values = sorted({value for item in items for value in item}, key=str)
    table = [[item[value] for value in values] for item in items]
    return Estimate(float(libraries.inter_rater().fleiss_kappa(table)), len(items), note)


def krippendorff_alpha(by_rater: ByRater, *, level: Level = "nominal", order: Sequence[Value] = ()) -> Estimate:
    """Krippendorff's alpha, for any number of raters and of missing ratings. Items with one rating do not matter.

    Args:
        by_rater: the answers.
        level: whether answers are categories, ranks, or numbers whose differences count.
        order: the scale, the lowest answer first; not needed for `nominal`, or if answers are numbers.
    """
    shared = shared_by_item(by_rater)
    if not shared:
        return Estimate(None, 0, why_nothing_is_shared(by_rater))
    items = list(shared.values())
    nothing = _why_no_chance(items)
    if nothing:
        return Estimate(None, len(items), nothing)
    used = sorted({value for item in items for value in item}, key=str)
    scale = {value: float(number) for number, value in enumerate(used)}
    if level != "nominal":
        scores = scores_of(used, order)
        scale = {value: scores[value] for value in sorted(used, key=scores.__getitem__)}
    counts = np.array([[item[value] for value in scale] for item in items])
    alpha = libraries.krippendorff().alpha(
        value_counts=counts, value_domain=list(scale.values()), level_of_measurement=level
    )
    return Estimate(float(alpha), len(items))


def _why_no_chance(items: Sequence[Counter[Value]]) -> str:
    """Why agreement cannot be told from agreement by chance; empty if it can."""
    if len(items) == 1:
        return "Only one item."
    used = {value for item in items for value in item}
    return f"All answers are {next(iter(used))}: agreement by chance is certain." if len(used) == 1 else ""
