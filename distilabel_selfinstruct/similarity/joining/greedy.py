"""The kept texts, and the decisions on more, in order."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.joining.runs import Run, filtered, make_run, merged
from distilabel_selfinstruct.similarity.joining.search import Pairs, Searcher, best_pairs
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts, joined

MAX_RUN = 1 << 16
"""Texts of a run at most, or a `SHARE` of all if that is more: merging takes ten times the memory, for a moment."""

SHARE = 16


class Matches(NamedTuple):
    """For each text the kept one with the highest F above the threshold, the first of several.

    Attributes:
        positions: its position among the kept texts; -1 without one.
        scores: its F; the threshold without one.
    """

    positions: NDArray[np.int64]
    scores: NDArray[np.float64]

    def improve(self, pairs: Pairs) -> None:
        """Take these pairs into account too. Those of one text must come in the order of storing, from run to run."""
        best = best_pairs(pairs)
        better = best.scores > self.scores[best.queries]
        queries = best.queries[better]
        self.positions[queries], self.scores[queries] = best.positions[better], best.scores[better]

    def part(self, numbers: slice) -> "Matches":
        """Those of some of the texts."""
        return Matches(self.positions[numbers], self.scores[numbers])


class KeptTexts:
    """The kept texts as runs, in the order of keeping. Adjacent runs are merged, so that there are few.

    Args:
        searcher: finds what is too similar.
    """

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.runs: list[Run] = []

        self._count = 0

    def __len__(self) -> int:
        return self._count

    def no_matches(self, count: int) -> Matches:
        """For so many texts, before any search."""
        return Matches(np.full(count, -1), np.full(count, self.searcher.bounds.max_rouge_l))

    def keep(self, texts: EncodedTexts) -> None:
        """Store texts, whatever they are."""
        self._append(self._run(texts))

    def decide(self, texts: EncodedTexts, matches: Matches, num_searched: int = 0) -> None:
        """Find the match of each text, and keep those without one before the next is decided on.

        All are searched for among the texts kept before. Those without a match are then compared with each other:
        a text is new if no earlier one that it is too similar to is new.

        Args:
            texts: what to decide on.
            matches: receives the matches; what was found among the first `num_searched` kept texts, a whole number of
                runs, stands in it already.
            num_searched: how many of the kept texts were searched already.
        """
        queries = self.searcher.queries(texts)
        for pairs in self.searcher.find(queries, [run for run in self.runs if run.first >= num_searched]):
            matches.improve(pairs)
        new = np.flatnonzero(matches.positions < 0)
        run = self._run(texts.take(new))
        earlier = np.searchsorted(new, np.arange(texts.num_texts))
        (pairs,) = self.searcher.find(queries.limited(earlier), [run])
        kept = np.ones(len(run), dtype=np.bool_)
        among_new = np.flatnonzero(matches.positions[pairs.queries] < 0)
        numbers = (pairs.positions[among_new] - run.first).tolist()
        for number, other in zip(earlier[pairs.queries[among_new]].tolist(), numbers, strict=True):
            if kept[other]:
                kept[number] = False
        found = kept[pairs.positions - run.first]
        positions = run.first - 1 + np.cumsum(kept)[pairs.positions[found] - run.first]
        matches.improve(Pairs(pairs.queries[found], positions, pairs.scores[found]))
        self._append(filtered(run, kept))

    def sealed_from(self, position: int) -> list[Run]:
        """The runs from a position on, of which none will be merged with later ones."""
        self.runs = [run if run.is_sealed else run.sealed() for run in self.runs]
        return [run for run in self.runs if run.first >= position]

    def drop_before(self, position: int) -> None:
        """Forget the runs before a position. They are searched elsewhere."""
        self.runs = [run for run in self.runs if run.first >= position]

    def _run(self, texts: EncodedTexts) -> Run:
        return make_run(len(self), texts, texts.signatures(), self.searcher.keys.entries(texts))

    def _append(self, run: Run) -> None:
        if not len(run):
            return
        self.runs.append(run)
        self._count += len(run)
        while len(self.runs) > 1 and self._may_merge():
            self.runs[-2:] = [merged(self.runs[-2:])]

    def _may_merge(self) -> bool:
        older, newer = self.runs[-2:]
        if older.is_sealed or len(older) > 2 * len(newer):
            return False
        if len(older) + len(newer) <= max(MAX_RUN, len(self) // SHARE):
            return True
        self.runs[-2] = older.sealed()
        return False

    def renumber(self, renumber: Callable[[NDArray[np.int32]], NDArray[np.int32]]) -> None:
        """Give the tokens other numbers: `renumber` takes the tokens of all texts, and gives the table."""
        texts = joined([run.texts for run in self.runs])
        self.runs, self._count = [], 0
        self.keep(texts._replace(tokens=renumber(texts.tokens)[texts.tokens]))
