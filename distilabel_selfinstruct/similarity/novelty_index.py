"""The novelty index: is this text new, compared with all that were admitted before (paper, section 2.2)?

Decisions and scores equal those of the `rouge_score` package, in its arithmetic, exact ties included. How the
index avoids comparing with every stored text, and why it misses none, is proved in `prefix_index`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Self

from distilabel_selfinstruct.similarity import storage
from distilabel_selfinstruct.similarity.checks import check_threshold, checked_text, checked_texts
from distilabel_selfinstruct.similarity.prefix_index import Match
from distilabel_selfinstruct.similarity.token_index import TokenIndex
from distilabel_selfinstruct.similarity.tokenizers import Tokenizer, get_tokenizer


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A stored text and its ROUGE-L F1 with the text asked about, from 0 to 1."""

    text: str
    rouge_l: float


@dataclass(frozen=True, slots=True)
class NoveltyResult:
    """Whether a text was admitted, and the stored text nearest to it.

    A rejected text always comes with its nearest; an admitted one only if that was asked for (None in an
    empty index).
    """

    admitted: bool
    nearest: Neighbor | None


@dataclass(frozen=True, slots=True)
class SimilaritySummary:
    """A text against the whole index, as the reference implementation records it with each instruction.

    `mean_rouge_l` is None in an empty index. `most_similar` is best first; at equal scores, the one stored
    first.
    """

    mean_rouge_l: float | None
    most_similar: list[Neighbor]


class NoveltyIndex:
    """Admits a text only if its ROUGE-L with every text admitted before is at most `max_rouge_l`.

    A text without any token (for the default tokenizer: without an ASCII letter or digit) scores 0 with
    everything and is always admitted.

    Costs beside 50,000 instructions of about 10 words, in microseconds on one core: `admit` 25 at a threshold
    of 0.7, 60 at 0.6, 170 at 0.5, 650 at 0.4, 1,800 at 0.3, and with numba 9, 20, 80, 350, 1,100; `nearest`
    1,200; `scores` and `compare` 7,000. Texts of 50 words cost ten times as much, and with 150 only half of all
    comparisons are avoided. An index takes about 275 bytes per text beside the text itself, with numba 310.
    Pickling keeps the texts and builds the rest again, as loading does, at about 10 µs each.

    Args:
        max_rouge_l: highest ROUGE-L F1 at which a text still counts as new. The paper uses 0.7, and so does
            its reference implementation, which keeps a text at exactly 0.7 and computes it in doubles.
        tokenizer: the name of a tokenizer in `TOKENIZERS`, or a callable from text to tokens.
        engine: "numpy", "numba" (the extra of that name; a third of the time per `admit`, the same answers),
            or "auto": numba for large indices where it is installed (see `engines`). Not saved or pickled.

    Raises:
        ConfigError: the threshold is not from 0 to 1, or there is no such tokenizer or engine.
        MissingExtraError: the engine is not installed.
    """

    def __init__(
        self, max_rouge_l: float = 0.7, tokenizer: str | Tokenizer = "rouge_score", engine: str = "auto"
    ) -> None:
        check_threshold(max_rouge_l)
        self.max_rouge_l = max_rouge_l
        self.tokenizer = tokenizer
        self._stored = TokenIndex(max_rouge_l, get_tokenizer(tokenizer), engine)

    def __len__(self) -> int:
        return len(self._stored.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """All stored texts, in the order of storing."""
        return tuple(self._stored.texts)

    def admit(self, text: str, *, with_nearest: bool = False) -> NoveltyResult:
        """Store the text if it is new, and say so either way.

        Args:
            text: the text to judge.
            with_nearest: find the nearest stored text of an admitted one too, at the cost of `nearest`.
        """
        tokens = self._tokens(text)
        match = self._stored.search(tokens)
        if match is not None:
            return NoveltyResult(admitted=False, nearest=self._neighbor(match))
        nearest = self._stored.nearest(tokens, 1) if with_nearest else []
        self._stored.store(text, tokens, one_by_one=True)
        return NoveltyResult(admitted=True, nearest=self._neighbor(nearest[0]) if nearest else None)

    def add(self, text: str) -> None:
        """Store a text without asking whether it is new."""
        self._stored.store(text, self._tokens(text))

    def extend(self, texts: Iterable[str]) -> None:
        """`add` each of them."""
        for text in checked_texts(texts, "texts"):
            self.add(text)

    def nearest(self, text: str, k: int = 10) -> list[Neighbor]:
        """The `k` stored texts with the highest ROUGE-L, best first; at equal scores the one stored first."""
        return [self._neighbor(match) for match in self._stored.nearest(self._tokens(text), k)]

    def scores(self, text: str) -> NDArray[np.float64]:
        """ROUGE-L F1 with every stored text, in the order of storing. Shape `(len(self),)`, from 0 to 1."""
        return self._stored.scores(self._tokens(text))

    def compare(self, text: str, k: int = 10) -> SimilaritySummary:
        """Mean ROUGE-L with all stored texts and the `k` most similar; compares with every one.

        The mean equals `numpy.mean` over the scores in the order of storing, which the reference writes.
        """
        scores = self.scores(text)
        best = np.argsort(-scores, kind="stable")[:k].tolist()
        most_similar = [self._neighbor((position, float(scores[position]))) for position in best]
        return SimilaritySummary(float(np.mean(scores)) if len(scores) else None, most_similar)

    def save(self, path: str | Path) -> None:
        """Write the index to a file, at any moment; `load` continues where it stood (see `storage`)."""
        storage.save(Path(path), self.max_rouge_l, self.tokenizer, self._stored.texts, self._stored.num_tokens)

    @classmethod
    def load(cls, path: str | Path, tokenizer: str | Tokenizer | None = None) -> Self:
        """Read an index that `save` wrote; a tokenizer that is not one of `TOKENIZERS` must be given again.

        Raises:
            InputFileError: the file is missing, damaged, or of another format.
            ConfigError: the tokenizer is not the one that the index was made with.
        """
        saved = storage.load(Path(path), tokenizer)
        index = cls(saved.max_rouge_l, saved.tokenizer)
        index.extend(saved.texts)
        storage.verify_num_tokens(Path(path), saved, index._stored.num_tokens)
        return index

    def __getstate__(self) -> dict[str, Any]:
        return {"max_rouge_l": self.max_rouge_l, "tokenizer": self.tokenizer, "texts": self._stored.texts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        NoveltyIndex.__init__(self, state["max_rouge_l"], state["tokenizer"])
        self.extend(state["texts"])

    def _tokens(self, text: str) -> list[str]:
        return self._stored.tokenize(checked_text(text))

    def _neighbor(self, match: Match) -> Neighbor:
        position, score = match
        return Neighbor(self._stored.texts[position], score)
