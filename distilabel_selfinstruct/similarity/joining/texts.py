"""Texts as numbers: all tokens in one array."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Self

from distilabel_selfinstruct.similarity.bounds import SIGNATURE_BITS


class EncodedTexts(NamedTuple):
    """The token numbers of several texts, one text after the other.

    Attributes:
        tokens: shape (tokens,), int32. A greater number is a rarer token.
        starts: where each text begins, and where the last one ends. Shape (texts + 1,).
    """

    tokens: NDArray[np.int32]
    starts: NDArray[Any]

    @classmethod
    def of_lengths(cls, tokens: NDArray[np.int32], lengths: Sequence[int] | NDArray[Any]) -> Self:
        """Texts of so many tokens each."""
        starts = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=starts[1:])
        return cls(tokens, starts)

    @property
    def num_texts(self) -> int:
        """How many texts there are."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Tokens per text."""
        return np.diff(self.starts).astype(np.int32)

    def part(self, begin: int, end: int) -> "EncodedTexts":
        """The texts from one number up to another."""
        starts = self.starts[begin : end + 1]
        return EncodedTexts(self.tokens[starts[0] : starts[-1]], starts - starts[0])

    def take(self, numbers: NDArray[np.intp]) -> "EncodedTexts":
        """Some of the texts."""
        lengths = self.lengths[numbers]
        return EncodedTexts.of_lengths(self.tokens[segments(self.starts[numbers], lengths)], lengths)

    def signatures(self) -> NDArray[np.uint64]:
        """The signature of each text (see `prefix_index`, point 3)."""
        bits = np.uint64(1) << (self.tokens & (SIGNATURE_BITS - 1)).astype(np.uint64)
        running = np.zeros(len(bits) + 1, dtype=np.uint64)
        np.bitwise_xor.accumulate(bits, out=running[1:])
        signatures: NDArray[np.uint64] = running[self.starts[1:]] ^ running[self.starts[:-1]]
        return signatures


def joined(texts: Sequence[EncodedTexts]) -> EncodedTexts:
    """All texts, in order."""
    lengths = np.concatenate([each.lengths for each in texts])
    return EncodedTexts.of_lengths(np.concatenate([each.tokens for each in texts]), lengths)


def segments(starts: NDArray[Any], lengths: NDArray[Any]) -> NDArray[np.int64]:
    """The numbers start, start + 1, … of each segment, one segment after the other."""
    ends = np.cumsum(lengths, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
    return numbers
