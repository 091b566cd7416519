"""The exact nearest stored texts, found without comparing with all of them.

The common subsequence of two texts is a common part: if they share s tokens, counted as often as both have them, F is
at most 2·s / (a + b) for lengths a and b. An inverted index of all tokens counts s for every stored text at once. Texts
are compared in the order of that bound, a band of it at a time, until the k-th best score is out of reach for all that
are left: a dozen comparisons on average, since texts share little more than their common subsequence.
"""

from array import array
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.engines import TextIndex
from distilabel_selfinstruct.similarity.prefix_index import Match

BAND = 0.85
"""The lowest bound of a band, as a share of the highest. Narrower bands compare fewer texts and take more passes."""

MARGIN = 1e-9
"""More than the rounding error by which a score in doubles can exceed its upper bound."""

Scorer = Callable[[NDArray[np.intp]], NDArray[np.float64]]


class SharedTokens:
    """Counts the tokens that stored texts share with a query. It takes 4 bytes per stored token.

    Args:
        index: the stored texts. Those that it gains later are taken in with the next query.
    """

    def __init__(self, index: TextIndex) -> None:
        self.index = index
        self._postings: dict[str, array[int]] = {}
        self._num_taken = 0

    def counts(self, query: str) -> NDArray[np.intp]:
        """How many tokens of the query each text has, counted as often as both have them. Shape `(len(index),)`."""
        self._take_in()
        found = [self._postings[key] for key in _numbered(query) if key in self._postings]
        positions = np.frombuffer(b"".join(found), dtype=np.int32)
        return np.bincount(positions, minlength=len(self.index))

    def _take_in(self) -> None:
        for position in range(self._num_taken, len(self.index)):
            for key in _numbered(self.index.encoded[position]):
                self._postings.setdefault(key, array("i")).append(position)
        self._num_taken = len(self.index)


def _numbered(encoded: str) -> Iterator[str]:
    """A key for each token: the second "a" of a text is "aa", so that texts with two of it meet there too."""
    seen: dict[str, str] = {}
    for character in encoded:
        key = seen[character] = seen.get(character, "") + character
        yield key


def nearest_positions(shared: SharedTokens, query: str, k: int, score: Scorer) -> list[Match]:
    """The `k` stored texts with the highest scores, best first; at equal scores in the order of storing.

    Args:
        shared: counts the tokens that the stored texts share with the query.
        query: the encoded text to compare with them.
        k: how many to find.
        score: gives the exact scores of the texts at some positions.
    """
    num_texts = len(shared.index)
    if k < 1 or not num_texts:
        return []
    bounds = 2 * shared.counts(query) / np.maximum(shared.index.lengths + len(query), 1)
    positions: NDArray[np.intp] = np.empty(0, dtype=np.intp)
    scores: NDArray[np.float64] = np.empty(0)
    ceiling, floor = np.inf, float(bounds.max()) * BAND
    while True:
        is_last = floor <= MARGIN
        if is_last:  # all that share a token, and as many of the others as can be wanted
            band = np.flatnonzero((bounds > 0) & (bounds < ceiling))
            band = np.concatenate([band, np.flatnonzero(bounds == 0)[:k]])
        else:
            band = np.flatnonzero((bounds >= floor) & (bounds < ceiling))
        positions = np.concatenate([positions, band])
        scores = np.concatenate([scores, score(band)])
        best = np.lexsort((positions, -scores))[:k]
        kth = scores[best[-1]] if len(best) == k else -1.0
        if is_last or kth >= floor + MARGIN:
            return list(zip(positions[best].tolist(), scores[best].tolist(), strict=True))
        ceiling, floor = floor, max(floor * BAND, kth - MARGIN)
