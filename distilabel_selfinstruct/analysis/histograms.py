"""Histograms with round edges: lengths, and similarities with the seeds (paper, figures 4 and 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from statistics import fmean, median

BINS = 30
"""About how many bins a histogram of lengths has."""

SHOWN_SHARE = 0.99
"""This share of the lengths fits into the bins. Longer ones are counted apart, so that they do not flatten the rest."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values between edges: `counts[i]` is for values from `edges[i]` to below `edges[i + 1]`.

    There is one more edge than counts. `beyond` counts the values from the last edge on. Without values, all is 0.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    beyond: int
    total: int
    mean: float
    median: float
    longest: float


def length_histogram(lengths: Sequence[int]) -> Histogram:
    """Bins of a round width (1, 2, 5, 10, …): about `BINS` of them, which hold `SHOWN_SHARE` of the lengths."""
    ranked = sorted(lengths)
    shown = ranked[min(len(ranked) - 1, int(SHOWN_SHARE * len(ranked)))] + 1 if ranked else 1
    width = next(step * 10**power for power in count() for step in (1, 2, 5) if step * 10**power * BINS >= shown)
    num_bins = -(-shown // width)
    return _histogram(ranked, [number * width for number in range(num_bins + 1)])


def share_histogram(values: Sequence[float], bins: int = 20) -> Histogram:
    """Equal bins from 0 to 1 for shares or scores. The value 1 is in the last bin."""
    found = _histogram(sorted(min(value, 1.0) for value in values), [number / bins for number in range(bins + 1)])
    counts = (*found.counts[:-1], found.counts[-1] + found.beyond)
    return Histogram(found.edges, counts, 0, found.total, found.mean, found.median, found.longest)


def _histogram(ranked: Sequence[float], edges: Sequence[float]) -> Histogram:
    counts = [0] * (len(edges) - 1)
    index = beyond = 0
    for value in ranked:
        while index < len(counts) and value >= edges[index + 1]:
            index += 1
        if index < len(counts):
            counts[index] += 1
        else:
            beyond += 1
    return Histogram(
        edges=tuple(edges),
        counts=tuple(counts),
        beyond=beyond,
        total=len(ranked),
        mean=fmean(ranked) if ranked else 0.0,
        median=float(median(ranked)) if ranked else 0.0,
        longest=float(ranked[-1]) if ranked else 0.0,
    )
