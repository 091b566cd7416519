"""Under which keys a text is looked for, so that every two that are too similar meet under one.

Let x have a tokens and y have b, and let F(x, y) exceed the threshold. As `prefix_index` proves, x and y then share, as
multisets, at least o = need(a, b) tokens. Sort the tokens of both from the rarest to the most frequent, equal ones
side by side, and let k ≤ o.

1. Of a token that x has m times and y n times, take the first min(m, n) of each. These are the shared tokens; let e be
   the k-th of them. In x the other o - k or more shared tokens stand after e, so that at most a - (o - k) tokens stand
   up to it: all of the k first shared tokens are among the first a - o + k of x, and likewise among the first b - o + k
   of y.
2. For k = 1: x and y share a token of these prefixes. For k = 2: they share a pair of tokens of these prefixes, the
   rarer of the two first. So they meet if each is stored under all tokens, or all pairs, of its prefix for the partner
   that asks for the longest one. A prefix is longest for the shortest partner, since o grows with a.
3. k may be any function of a and b that is the same for both texts. Here k = 2 where both texts have at most
   `PAIRED_LENGTH` tokens and o ≥ 2, else 1: two tokens are shared by chance far less often than one, and a long text
   has too many pairs.

A key is a hash of the token or the pair, 32 bits. Texts that meet because two hashes are equal are compared like all
others that meet, and differ.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.bounds import LengthBounds
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts, segments
from distilabel_selfinstruct.similarity.rouge import f_measure

PAIRED_LENGTH = 24
"""Tokens of the longest text that is stored under pairs: at a threshold of 0.7 under 78 of them, with 10 tokens 15."""

KEY_BITS = 32

LOW_HALF = np.uint64((1 << 32) - 1)
HALF = np.uint64(32)

# Odd numbers without a pattern: one for single tokens, two for the two of a pair.
_SINGLE, _RARER, _OTHER = (np.uint64(n) for n in (0x165667B19E3779F9, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F))


class TextKeys:
    """The keys of texts for one threshold."""

    def __init__(self, bounds: LengthBounds) -> None:
        self._bounds = bounds
        self.prefixes = lru_cache(maxsize=4096)(self._prefixes)

    def entries(self, texts: EncodedTexts) -> NDArray[np.uint64]:
        """Each key of each text once: the key in the upper half, the number of the text in the lower one; sorted."""
        lengths = texts.lengths
        owners = np.repeat(np.arange(texts.num_texts, dtype=np.uint64), lengths)
        rarest_first = np.sort((owners << HALF) | (LOW_HALF - texts.tokens.astype(np.uint64)))
        tokens = LOW_HALF - (rarest_first & LOW_HALF)
        prefixes = np.zeros((texts.num_texts, 2), dtype=np.int64)
        keys, numbers = [], []
        for length in np.unique(lengths[lengths > 0]).tolist():
            same = np.flatnonzero(lengths == length)
            _, paired = prefixes[same] = self.prefixes(length)
            if paired > 1:
                prefix = tokens[texts.starts[same][:, None] + np.arange(paired)]
                others, rarer = np.tril_indices(paired, -1)
                keys.append((prefix[:, rarer] * _RARER + prefix[:, others] * _OTHER).ravel())
                numbers.append(np.repeat(same, len(rarer)))
        singles = prefixes[:, 0]
        keys.append(tokens[segments(texts.starts[:-1], singles)] * _SINGLE)
        numbers.append(np.repeat(np.arange(texts.num_texts), singles))
        return unique(np.concatenate(keys) & ~LOW_HALF | np.concatenate(numbers).astype(np.uint64))

    def _prefixes(self, length: int) -> tuple[int, int]:
        """How many of a text's rarest tokens are keys, and how many make pairs that are keys."""
        shortest = self._shortest_partner(length)
        if length > PAIRED_LENGTH:
            return self._prefix(length, shortest, 1), 0
        singles, paired = self._prefix(length, PAIRED_LENGTH + 1, 1), 0
        for partner in range(shortest, PAIRED_LENGTH + 1):
            if self._bounds.need(length, partner) == 1:
                singles = max(singles, self._prefix(length, partner, 1))
            else:
                paired = max(paired, self._prefix(length, partner, 2))
        return singles, paired

    def _prefix(self, length: int, partner: int, k: int) -> int:
        """How many of the rarest tokens hold the k first of those shared; 0 if two of these lengths cannot match."""
        need = self._bounds.need(length, partner)
        return length - need + k if need <= min(length, partner) else 0

    def _shortest_partner(self, length: int) -> int:
        """The fewest tokens of a text that can match: all of its own, in a text of this length."""
        partner = max(1, int(self._bounds.max_rouge_l * length / 2) - 1)
        while partner < length and not f_measure(partner, partner, length) > self._bounds.max_rouge_l:
            partner += 1
        return partner


def unique(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each number once, in order; sorts the array itself."""
    numbers.sort()
    is_first = np.ones(len(numbers), dtype=np.bool_)
    is_first[1:] = numbers[1:] != numbers[:-1]
    once: NDArray[np.uint64] = numbers[is_first]
    return once
