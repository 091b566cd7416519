"""The inverted index that proposes which stored texts can be too similar, and never leaves one out.

Texts are strings of characters that stand for tokens; a higher code point is a rarer token (see
`vocabulary`). Let x have a tokens and y have b, and let F(x, y) exceed the threshold, so that lcs(x, y) ≥ o =
need(a, b).

1. The common subsequence is a common part: x and y, as multisets, share at least o tokens.
2. Sort both from the rarest token to the most frequent and let e be the first token that they share. All o
   shared tokens of x stand at e or after it, so at most a - o tokens stand before e: e is among the first a -
   o + 1 tokens of x, and likewise among the first b - o + 1 of y. So y is stored under each token whose position
   j in it is at most b - o for some a, with the longest such a (`LengthBounds.reaches`: o grows with a); x
   looks up its own tokens in the same way, and a meeting counts only if each text's length is within the
   reach of the other's position. Repeated tokens change nothing: where the second of a kind is shared, so is the
   first, which stands earlier. Tokens of x that no stored text holds are the rarest of all: they take the
   first positions, and are not looked up.
3. The signature of a text is the exclusive or of one bit per token. A token that both texts have flips the
   same bit in both; each of the a + b - 2·(shared) others makes the signatures differ in at most one bit. So
   they differ in at most a + b - 2·o bits, less one for each token of x that no stored text holds.

What passes 2 and 3 is compared in full.
"""

import sys
from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from distilabel_selfinstruct.similarity.bounds import MAX_LENGTH, SIGNATURE_BITS, LengthBounds
from distilabel_selfinstruct.similarity.rouge import f_measure, f_measures
from distilabel_selfinstruct.similarity.vocabulary import UNKNOWN

Match = tuple[int, float]
"""The position of a stored text, and its ROUGE-L F1."""

MANY = 16
"""From so many texts on, one call that compares with all of them is faster than a call for each."""

_NOWHERE = array("Q")  # the postings of a token that no stored text is found by

_ROUNDING = 1e-9  # far more than the doubles of F are off, far less than one token in common makes

_BITS = [1 << bit for bit in range(SIGNATURE_BITS)]

# A posting, from its highest bit: the token's reach (16), the length (16) and the position (32) of the text. Those of a
# token are kept sorted, so by reach.
_REACH, _LENGTH = 48, 32
_POSITION = np.uint64((1 << 32) - 1)
_LENGTH_HALF = 2 if sys.byteorder == "little" else 1


class PrefixIndex:
    """Encoded texts, each found by its rarest tokens.

    Memory per text of n tokens: the string (60 bytes and 1, 2 or 4 per token), 8 bytes for each of the about
    0.46·n + 1 tokens that it is stored under (at a threshold of 0.7), and 20 bytes of signature, length and
    reference.

    Args:
        bounds: the tables of the threshold.
        encoded: texts to begin with.
    """

    def __init__(self, bounds: LengthBounds, encoded: Iterable[str] = ()) -> None:
        self.bounds = bounds
        self.encoded: list[str] = []
        self._postings: dict[str, array[int]] = {}
        self._signatures = np.zeros(256, dtype=np.uint64)
        self._lengths = np.zeros(256, dtype=np.int32)
        for text in encoded:
            self.insert(text)

    def __len__(self) -> int:
        return len(self.encoded)

    @property
    def signatures(self) -> NDArray[np.uint64]:
        """One per stored text, shape `(len(self),)`."""
        return self._signatures[: len(self.encoded)]

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Number of tokens per stored text, shape `(len(self),)`."""
        return self._lengths[: len(self.encoded)]

    def insert(self, encoded: str) -> None:
        """Store a text of known tokens only."""
        position, length = len(self.encoded), len(encoded)
        if position == len(self._lengths):
            size = position + position // 2
            self._signatures = np.resize(self._signatures, size)
            self._lengths = np.resize(self._lengths, size)
        self._signatures[position] = signature(encoded)
        self._lengths[position] = length
        self.encoded.append(encoded)
        self.bounds.cover(length)
        postings = self._postings
        length_and_position = min(length, MAX_LENGTH) << _LENGTH | position
        last = ""
        for token, reach in zip(sorted(encoded, reverse=True), self.bounds.reaches(length), strict=False):
            if token != last:
                last = token
                posting = postings.get(token)
                if posting is None:
                    posting = postings[token] = array("Q")
                insort(posting, reach << _REACH | length_and_position)

    def candidates(self, query: str) -> list[int]:
        """Places of all stored texts whose F with the query can exceed the threshold, in order, each once."""
        length = len(query)
        known = query.replace(UNKNOWN, "")
        if not known:
            return []
        reaches, room = self.bounds.query(length, length - len(known))
        find, floor = self._postings.get, min(length, MAX_LENGTH) << _REACH
        postings = [find(token, _NOWHERE) for token in sorted(known, reverse=True)[: len(reaches)]]
        # Sorted as they are, those that reach this length stand at the end.
        postings = [posting[bisect_left(posting, floor) :] for posting in postings]
        met = np.frombuffer(b"".join(postings), dtype=np.uint64)
        our_reach = reaches[: len(postings)].repeat(list(map(len, postings)))
        met = met.compress(met.view(np.uint16)[_LENGTH_HALF::4] <= our_reach)
        positions = (met & _POSITION).view(np.int64)
        differing = np.bitwise_count(self._signatures.take(positions) ^ np.uint64(signature(known)))
        found = positions.compress(differing < room.take(self._lengths.take(positions), mode="clip")).tolist()
        return sorted(set(found)) if len(found) > 1 else found

    def search(self, query: str) -> Match | None:
        """The nearest stored text if its F exceeds the threshold; at equal scores the one stored first."""
        return best_match(query, self.candidates(query), self.encoded.__getitem__, self.bounds.max_rouge_l)


def best_match(query: str, positions: Sequence[int], encoded: Callable[[int], str], floor: float) -> Match | None:
    """The position with the highest F, the first of several, and its F; None if no F exceeds the floor."""
    if len(positions) > MANY:
        scores = f_measures(query, [encoded(position) for position in positions])
        first = int(scores.argmax())
        return (positions[first], float(scores[first])) if scores[first] > floor else None
    best, highest, length = None, floor, len(query)
    for position in positions:
        other = encoded(position)
        lcs = LCSseq.similarity(query, other)
        # But for rounding, F is 2·lcs / (a + b): most are far below.
        if 2 * lcs > (highest - _ROUNDING) * (length + len(other)):
            score = f_measure(lcs, length, len(other))
            if score > highest:
                best, highest = position, score
    return None if best is None else (best, highest)


def signature(known: str) -> int:
    """The exclusive or of one of 64 bits per token; the 64 most frequent tokens have one each."""
    bits = 0
    for character in known:
        bits ^= _BITS[ord(character) & (SIGNATURE_BITS - 1)]
    return bits
