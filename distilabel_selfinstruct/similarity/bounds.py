"""What the lengths of two texts say about their ROUGE-L: how much they must share to exceed a threshold."""

import math

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.rouge import f_measure

SIGNATURE_BITS = 64
"""Bits of a text's signature: no two signatures differ in more, so `room` never allows for more."""

MAX_LENGTH = (1 << 16) - 1
"""Stands for all greater lengths in postings: texts that long are proposed more often, never less."""

CACHED_LENGTH = 1000
"""Longest text, in tokens, whose tables are kept: at a threshold of 0.7 a table takes two bytes per token."""

CACHED_TABLES = 4096

ANY_LENGTH = 1 << 40  # more tokens than any text has


class LengthBounds:
    """Tables for one threshold, by the number of tokens of one text and of the other.

    `need(a, b)` is the smallest longest common subsequence at which ROUGE-L F1, in doubles and in the order
    of operations of `rouge_score`, exceeds the threshold. One integer can stand for that test because F grows
    with the subsequence: with one more token in common, F = 2·lcs / (a + b) grows by 2 / (a + b), far more
    than the few 1e-16 by which the doubles are off for any text that fits in memory. `need` starts just below
    the formula's value and moves with the exact test, so that F at exactly the threshold falls on the side on
    which `rouge_score` has it.

    Args:
        max_rouge_l: the threshold, from 0 to 1.
    """

    def __init__(self, max_rouge_l: float) -> None:
        self.max_rouge_l = max_rouge_l
        self._longest = 1
        self._reaches: dict[int, list[int]] = {}
        self._queries: dict[tuple[int, int], tuple[NDArray[np.uint16], NDArray[np.uint8]]] = {}

    def need(self, length: int, other_length: int) -> int:
        """Smallest common subsequence at which F exceeds the threshold; may be more than either text has."""
        lcs = max(1, int(self.max_rouge_l * (length + other_length) / 2) - 1)
        while not f_measure(lcs, length, other_length) > self.max_rouge_l:
            lcs += 1
        return lcs

    def reaches(self, length: int) -> list[int]:
        """For each position among a text's tokens, rarest first, the longest partner that it must be found by.

        Place i matters to a partner of b tokens if i ≤ length - need(length, b) (proof in `prefix_index`),
        that is, if length - i tokens in common exceed the threshold. F falls as b grows, so that the b for
        which they do end at a longest one. The list ends at the first position that matters to no partner.

        Returns:
            Token counts, at most `MAX_LENGTH`, which stands for all longer partners too.
        """
        reaches = self._reaches.get(length)
        if reaches is None:
            reaches = self._compute_reaches(length)
            if length <= CACHED_LENGTH:
                self._reaches[length] = reaches
        return reaches

    def _compute_reaches(self, length: int) -> list[int]:
        reaches: list[int] = []
        for shared in range(length, 0, -1):
            longest = ANY_LENGTH
            if self.max_rouge_l > 0:
                longest = int(min(longest, 2 * shared / self.max_rouge_l - length + 2))
            while longest > 0 and not f_measure(shared, length, longest) > self.max_rouge_l:
                longest -= 1
            # The formula also gives partners of fewer tokens than they would have to share: none is a text.
            if longest < self.need(length, max(longest, 1)):
                break
            reaches.append(min(longest, MAX_LENGTH))
        return reaches

    def cover(self, longest: int) -> None:
        """Let the tables reach partners of `longest` tokens."""
        if longest > self._longest:
            self._longest = 1 << (longest - 1).bit_length()
            self._queries.clear()

    def query(self, length: int, unknown: int) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        """What a text is searched with, of which no stored text holds `unknown` tokens.

        Returns:
            The `reaches` of its other tokens, rarest first, and its `room`.
        """
        tables = self._queries.get((length, unknown))
        if tables is None:
            reaches = np.array(self.reaches(length)[unknown:], dtype=np.uint16)
            tables = reaches, self.room(length, unknown, self._longest)
            if length <= CACHED_LENGTH:
                if len(self._queries) >= CACHED_TABLES:
                    self._queries.clear()
                self._queries[length, unknown] = tables
        return tables

    def room(self, length: int, unknown: int, longest: int) -> NDArray[np.uint8]:
        """For each partner length up to `longest`, 1 + the bits by which signatures may differ; 0: no match.

        Two texts that share `need(a, b)` tokens leave at most `a + b - 2·need(a, b)` tokens without a
        partner, of which `unknown` are spent on tokens of the first text that no stored text holds.

        Returns:
            Indexed by the partner's length; the last entry is 0 and stands for all longer partners
            (`mode="clip"`).
        """
        # F is highest, 2a / (a + b), for a text of a tokens that b tokens contain whole: b ≤ a·(2 - t) / t.
        ratio = (2 - self.max_rouge_l) / self.max_rouge_l if self.max_rouge_l > 0 else math.inf
        others = np.arange(1, int(min(longest, length * ratio + 2)) + 1)
        lcs = np.maximum(1, (self.max_rouge_l * (length + others) / 2).astype(np.int64) - 1)
        short = np.ones(len(others), dtype=np.bool_)
        while short.any():
            precision, recall = lcs / length, lcs / others
            short = ~(2 * precision * recall / (precision + recall) > self.max_rouge_l)
            lcs += short
        spare = length + others - 2 * lcs - unknown
        possible = (lcs <= np.minimum(length - unknown, others)) & (spare >= 0)
        room = np.zeros(len(others) + 2, dtype=np.uint8)
        room[1:-1] = np.where(possible, np.minimum(spare, SIGNATURE_BITS) + 1, 0)
        return room
