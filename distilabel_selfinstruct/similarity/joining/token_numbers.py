"""Each token as a number, without a limit on how many there are but that of 32 bits."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts


class _Numbers(dict[str, int]):
    """Gives a token that it does not hold the next number."""

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self) + 1
        return number


class TokenNumbers:
    """Gives each token a number from 1; a later, hence rarer, token a higher one (see `Vocabulary`)."""

    def __init__(self) -> None:
        self._numbers = _Numbers()

    def __len__(self) -> int:
        return len(self._numbers)

    def encode(self, texts: Sequence[Sequence[str]]) -> EncodedTexts:
        """Texts, given as tokens, as numbers; a new token gets one."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        numbers = map(self._numbers.__getitem__, chain.from_iterable(texts))
        return EncodedTexts.of_lengths(np.fromiter(numbers, dtype=np.int32, count=int(lengths.sum())), lengths)

    def renumber(self, tokens: NDArray[np.int32]) -> NDArray[np.int32]:
        """Order the numbers from the most frequent token to the rarest, as often as they stand in `tokens`.

        Returns:
            The new number of each old one. Shape (len(self) + 1,): 0 is no number.
        """
        frequency = np.bincount(tokens, minlength=len(self) + 1)
        table = np.zeros(len(self) + 1, dtype=np.int32)
        table[1 + np.argsort(-frequency[1:], kind="stable")] = np.arange(1, len(table), dtype=np.int32)
        for token, number in self._numbers.items():
            self._numbers[token] = int(table[number])  # a key that is there already: the dictionary keeps its order
        return table
