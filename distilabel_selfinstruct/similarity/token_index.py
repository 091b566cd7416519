"""Stored texts and their tokens: what the novelty index searches."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.bounds import LengthBounds
from distilabel_selfinstruct.similarity.engines import TextIndex, check_engine, make_index
from distilabel_selfinstruct.similarity.nearest import SharedTokens, nearest_positions
from distilabel_selfinstruct.similarity.prefix_index import Match, best_match
from distilabel_selfinstruct.similarity.rouge import f_measures
from distilabel_selfinstruct.similarity.tokenizers import Tokenizer
from distilabel_selfinstruct.similarity.vocabulary import Vocabulary

FIRST_RENUMBERING = 256
RENUMBERING_GROWTH = 4
"""Tokens are sorted by frequency again at 256 stored texts, 1,024, 4,096, …: 1.3 more insertions per text."""


class TokenIndex:
    """Texts in the order of storing, searched by their tokens.

    Args:
        max_rouge_l: the threshold.
        tokenizer: from text to tokens.
        engine: which of `ENGINES` searches.
    """

    def __init__(self, max_rouge_l: float, tokenizer: Tokenizer, engine: str = "auto") -> None:
        check_engine(engine)
        self.texts: list[str] = []
        self.tokenize = tokenizer
        self.vocabulary = Vocabulary()
        self.prefix_index: TextIndex = make_index(engine, LengthBounds(max_rouge_l))
        self._shared_tokens = SharedTokens(self.prefix_index)
        self._engine = engine
        self._next_renumbering = FIRST_RENUMBERING

    @property
    def num_tokens(self) -> int:
        """Over all stored texts."""
        return int(self.prefix_index.lengths.sum())

    def store(self, text: str, tokens: Sequence[str], *, one_by_one: bool = False) -> None:
        """Add a text at the end. `one_by_one`: the next one will be decided after a while, not at once."""
        self.prefix_index.insert(self.vocabulary.learn(tokens))
        self.texts.append(text)
        self.renumber_when_due(one_by_one=one_by_one)

    def renumber_when_due(self, *, one_by_one: bool = False) -> None:
        """Give the tokens new characters, and the texts a new index, where that pays for itself."""
        if len(self.texts) >= self._next_renumbering:
            while len(self.texts) >= self._next_renumbering:
                self._next_renumbering *= RENUMBERING_GROWTH
            if not self.vocabulary.ambiguous:
                table = self.vocabulary.renumber(self.prefix_index.encoded)
                renumbered = (encoded.translate(table) for encoded in self.prefix_index.encoded)
                self.prefix_index = make_index(
                    self._engine, self.prefix_index.bounds, renumbered, one_by_one=one_by_one
                )

    def search(self, tokens: Sequence[str]) -> Match | None:
        """The nearest text if its score exceeds the threshold; at equal scores the one stored first."""
        encoded = self.vocabulary.encode(tokens)
        if not self.vocabulary.ambiguous:
            return self.prefix_index.search(encoded)
        query, exact = self._unambiguous(tokens)
        return best_match(query, self.prefix_index.candidates(encoded), exact, self.prefix_index.bounds.max_rouge_l)

    def nearest(self, tokens: Sequence[str], k: int) -> list[Match]:
        """The `k` nearest texts, best first; at equal scores in the order of storing."""
        if self._shared_tokens.index is not self.prefix_index:  # the tokens have other characters now
            self._shared_tokens = SharedTokens(self.prefix_index)
        encoded = self.vocabulary.encode(tokens)
        return nearest_positions(
            self._shared_tokens, encoded, k, lambda positions: self._scores(tokens, positions.tolist())
        )

    def scores(self, tokens: Sequence[str]) -> NDArray[np.float64]:
        """ROUGE-L F1 with every text. Shape `(len(self.texts),)`."""
        return self._scores(tokens, range(len(self.texts)))

    def _scores(self, tokens: Sequence[str], positions: Sequence[int]) -> NDArray[np.float64]:
        if self.vocabulary.ambiguous:
            query, exact = self._unambiguous(tokens)
        else:
            query, exact = self.vocabulary.encode(tokens), self.prefix_index.encoded.__getitem__
        return f_measures(query, [exact(position) for position in positions])

    def _unambiguous(self, tokens: Sequence[str]) -> tuple[str, Callable[[int], str]]:
        """The query, and the stored text at a position, in characters that each stand for one token."""
        own = Vocabulary()
        return own.learn(tokens), lambda position: own.encode(self.tokenize(self.texts[position]))
