"""The novelty index: whether a text is new, compared with all that were admitted before (paper, section 2.2).

Scores and decisions equal those of the `rouge_score` package. The longest common subsequence of the candidate with
every stored text is counted by rapidfuzz, on strings whose code points stand for tokens.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist

from distilabel_selfinstruct.similarity.tokenizers import Tokenizer, get_tokenizer

UNKNOWN = "\0"
"""Stands for a token that no stored text holds."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stored text and its ROUGE-L F1 with the text asked about, from 0 to 1."""

    text: str
    rouge_l: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text was admitted, and the stored text nearest to it (None in an empty index)."""

    admitted: bool
    nearest: Neighbour | None


class NoveltyIndex:
    """Admits a text only if its ROUGE-L with every text admitted before is at most `max_rouge_l`.

    A text without any token (for the default tokeniser: without an ASCII letter or digit) scores 0 with everything.
    Memory grows by the text, its tokens (1 to 4 bytes each) and 8 bytes. Time per text is linear in the index.

    Args:
        max_rouge_l: highest ROUGE-L F1 at which a text still counts as new. The paper uses 0.7, and so does its
            reference implementation, which keeps a text at exactly 0.7.
        tokenizer: the name of a tokeniser in `TOKENIZERS`, or a callable from text to tokens.
    """

    def __init__(self, max_rouge_l: float = 0.7, tokenizer: str | Tokenizer = "rouge_score") -> None:
        self.max_rouge_l = max_rouge_l
        self._tokenize = get_tokenizer(tokenizer)
        self._vocabulary: dict[str, str] = {}
        self._texts: list[str] = []
        self._encoded: list[str] = []
        self._lengths = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> None:
        """Store a text without asking whether it is new."""
        tokens = self._tokenize(text)
        for token in tokens:
            self._vocabulary.setdefault(token, chr(len(self._vocabulary) + 1))
        if len(self._texts) == len(self._lengths):
            self._lengths = np.resize(self._lengths, max(256, 2 * len(self._lengths)))
        self._lengths[len(self._texts)] = len(tokens)
        self._texts.append(text)
        self._encoded.append(self._encode(tokens))

    def extend(self, texts: Iterable[str]) -> None:
        """`add` each of them."""
        for text in texts:
            self.add(text)

    def admit(self, text: str) -> Verdict:
        """Store the text if it is new, and say so either way."""
        nearest = next(iter(self.nearest(text, 1)), None)
        admitted = nearest is None or not nearest.rouge_l > self.max_rouge_l
        if admitted:
            self.add(text)
        return Verdict(admitted, nearest)

    def nearest(self, text: str, k: int = 10) -> list[Neighbour]:
        """The `k` stored texts with the highest ROUGE-L, best first; at equal scores the one stored first."""
        scores = self.scores(text)
        if k < len(scores):
            # Nothing below the k-th highest score can be among the best k; all at that score are sorted with them.
            threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
            candidates = np.flatnonzero(scores >= threshold)
        else:
            candidates = np.arange(len(scores))
        best = candidates[np.argsort(-scores[candidates], kind="stable")][:k]
        return [Neighbour(self._texts[place], float(scores[place])) for place in best]

    def scores(self, text: str) -> NDArray[np.float64]:
        """ROUGE-L F1 with every stored text, in the order of storing. Shape `(len(self),)`, values from 0 to 1."""
        tokens = self._tokenize(text)
        scores = np.zeros(len(self))
        if not tokens or not self._texts:
            return scores
        lcs = cdist([self._encode(tokens)], self._encoded, scorer=LCSseq.similarity, dtype=np.int32)[0]
        shared = np.flatnonzero(lcs)
        precision = lcs[shared] / len(tokens)
        recall = lcs[shared] / self._lengths[: len(self)][shared]
        scores[shared] = 2 * precision * recall / (precision + recall)
        return scores

    def _encode(self, tokens: list[str]) -> str:
        known = self._vocabulary.get
        return "".join([known(token, UNKNOWN) for token in tokens])
