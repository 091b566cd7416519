"""Tokens as single characters, so that a text becomes a string that rapidfuzz compares at full speed."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

UNKNOWN = "\0"
"""Stands for a token that no stored text holds."""

NUM_CHARACTERS = sys.maxunicode
"""How many tokens can have a character of their own: the code points 1 to 0x10FFFF, surrogates included."""


class _Characters(dict[str, str]):
    """Gives a token that it does not hold the next character."""

    limit = NUM_CHARACTERS

    def __missing__(self, token: str) -> str:
        character = self[token] = chr(len(self) % self.limit + 1)
        return character


class Vocabulary:
    """Gives each token a character; a later, hence rarer, token a higher one.

    By Zipf's law the tokens seen first are mostly the frequent ones, so that the order of the code points is
    nearly the order from frequent to rare. `renumber` makes it exact for the texts so far.

    Beyond `num_characters` distinct tokens the characters are given out again. Two texts then seem to share
    at least what they share in truth, never less: `ambiguous` tells the index to check on the tokens what the
    characters say.
    """

    def __init__(self, num_characters: int = NUM_CHARACTERS) -> None:
        self._characters = _Characters()
        self._characters.limit = num_characters

    def __len__(self) -> int:
        return len(self._characters)

    @property
    def ambiguous(self) -> bool:
        """Whether two tokens can have the same character."""
        return len(self._characters) > self._characters.limit

    def encode(self, tokens: Sequence[str]) -> str:
        """A character per token, `UNKNOWN` for those never learned."""
        known = self._characters.get
        return "".join([known(token, UNKNOWN) for token in tokens])

    def learn(self, tokens: Sequence[str]) -> str:
        """`encode`, after giving each new token a character."""
        return "".join(map(self._characters.__getitem__, tokens))

    def renumber(self, encoded: Iterable[str]) -> dict[int, str]:
        """Order the characters from the most frequent token to the rarest, by the number of texts.

        Returns:
            The table with which `str.translate` turns an old encoded text into a new one.
        """
        frequency = Counter(chain.from_iterable(map(set, encoded)))
        old = dict(self._characters)
        tokens = sorted(old, key=lambda token: -frequency[old[token]])
        self._characters.update((token, chr(number)) for number, token in enumerate(tokens, start=1))
        return {ord(old[token]): character for token, character in self._characters.items()}
