"""The exact nearest stored texts, found without comparing with all of them.

Two signatures that differ in d bits belong to texts of which at least d tokens, counted over both, have no
partner in the other (`prefix_index`, point 3). With u tokens of the query in no stored text, a query of a
tokens and a text of b share at most s = (a + b - u - d) / 2 tokens, rounded down, and F is at most 2·s / (a +
b). Texts are compared in the order of that bound, a band of it at a time, until the k-th best score is out of
reach for all that are left.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.engines import TextIndex
from distilabel_selfinstruct.similarity.prefix_index import Match, signature
from distilabel_selfinstruct.similarity.vocabulary import UNKNOWN

BAND = 0.1
"""Width of a band of upper bounds. Narrower ones compare fewer texts and pass over the bounds more often."""

MARGIN = 1e-9
"""More than the rounding error by which a score in doubles can exceed its upper bound."""

Scorer = Callable[[NDArray[np.intp]], NDArray[np.float64]]


def nearest_positions(index: TextIndex, query: str, k: int, score: Scorer) -> list[Match]:
    """The `k` stored texts with the highest scores, best first; at equal scores in the order of storing.

    Args:
        index: the stored texts.
        query: the encoded text to compare with them.
        k: how many to find.
        score: gives the exact scores of the texts at some positions.
    """
    if k < 1:
        return []
    bounds = upper_bounds(index, query)
    positions: NDArray[np.intp] = np.empty(0, dtype=np.intp)
    scores: NDArray[np.float64] = np.empty(0)
    ceiling, floor = np.inf, 1 - BAND
    while len(positions) < len(index):
        floor = floor if floor > MARGIN else -1.0
        band = np.flatnonzero((bounds >= floor) & (bounds < ceiling))
        if len(band):
            positions = np.concatenate([positions, band])
            scores = np.concatenate([scores, score(band)])
            best = np.lexsort((positions, -scores))
            if len(best) >= k and scores[best[k - 1]] >= floor + MARGIN:
                break
        ceiling, floor = floor, floor - BAND
    best = np.lexsort((positions, -scores))[:k]
    return list(zip(positions[best].tolist(), scores[best].tolist(), strict=True))


def upper_bounds(index: TextIndex, query: str) -> NDArray[np.float64]:
    """At least the ROUGE-L F1 of the query with each stored text, up to rounding. Shape `(len(index),)`."""
    known = query.replace(UNKNOWN, "")
    unknown = len(query) - len(known)
    differing = np.bitwise_count(index.signatures ^ np.uint64(signature(known)))
    total = index.lengths + np.int32(len(query))
    shared = (total - differing - np.int32(unknown)) >> 1
    np.minimum(shared, np.int32(len(known)), out=shared)
    np.minimum(shared, index.lengths, out=shared)
    bounds: NDArray[np.float64] = 2 * shared / np.maximum(total, 1)
    return bounds
