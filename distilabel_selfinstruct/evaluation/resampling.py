"""How sure a mean is, and the difference of two: a paired bootstrap over tasks.

Instances of one task are alike, so whole tasks are drawn with replacement, each with all of its instances; where tasks
have no names, each row is a task of its own. A resample is as large as the set of tasks, and both models are scored on
the same one. An interval is from the 2.5th to the 97.5th percentile of 10,000 resamples. The same seed gives the same
interval.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RESAMPLES = 10_000
SEED = 42

_AT_A_TIME = 2_000_000
"""Numbers of a matrix of resamples: about 16 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the interval that holds 95% of its resamples. `num_units` is how many tasks were drawn from."""

    value: float
    low: float
    high: float
    num_units: int


def interval_of(scores: Mapping[int, float], units: Sequence[Hashable], seed: int = SEED) -> Interval:
    """The mean of scores with its interval.

    Args:
        scores: a score by the index of each instance that counts.
        units: the task of each instance, by its index.
        seed: of the random numbers.
    """
    return _interval([scores], units, seed)


def difference_of(
    first: Mapping[int, float], second: Mapping[int, float], units: Sequence[Hashable], seed: int = SEED
) -> Interval:
    """The mean of the second scores less that of the first, over the instances that both have, with its interval.

    Args:
        first: a score by the index of each instance.
        second: the same of another model.
        units: the task of each instance, by its index.
        seed: of the random numbers.
    """
    both = first.keys() & second.keys()
    return _interval([{i: first[i] for i in both}, {i: second[i] for i in both}], units, seed)


def _interval(scores: Sequence[Mapping[int, float]], units: Sequence[Hashable], seed: int) -> Interval:
    import numpy as np

    indices = sorted(scores[0])
    number_of: dict[Hashable, int] = {}
    unit_of = np.array([number_of.setdefault(units[index], len(number_of)) for index in indices], dtype=np.int64)
    count = len(number_of)
    if not count:
        return Interval(0.0, 0.0, 0.0, 0)
    sizes = np.bincount(unit_of, minlength=count)
    sums = [np.bincount(unit_of, [of[index] for index in indices], minlength=count) for of in scores]

    def figure(sums_drawn: Sequence[Any], sizes_drawn: Any) -> Any:
        means = [drawn / sizes_drawn for drawn in sums_drawn]
        return means[-1] if len(means) == 1 else means[1] - means[0]

    rng = np.random.default_rng(seed)
    found = []
    step = max(1, _AT_A_TIME // count)
    for start in range(0, RESAMPLES, step):
        drawn = rng.multinomial(count, np.full(count, 1 / count), size=min(step, RESAMPLES - start))
        found.append(figure([drawn @ of_unit for of_unit in sums], drawn @ sizes))
    low, high = np.percentile(np.concatenate(found), [2.5, 97.5])
    value = figure([of_unit.sum() for of_unit in sums], sizes.sum())
    return Interval(float(value), float(low), float(high), count)
