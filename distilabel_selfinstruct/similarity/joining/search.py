"""All pairs of a text asked about and a kept one whose F exceeds the threshold.

Texts that meet under a key pass the tests of lengths and signatures (`prefix_index`, point 3) or are dropped; the
others are compared in full. The loops that do this are in `numpy_loops`, and compiled in `compiled_loops`.
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.bounds import LengthBounds
from distilabel_selfinstruct.similarity.joining.keys import HALF, LOW_HALF, TextKeys, unique
from distilabel_selfinstruct.similarity.joining.runs import Run
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts

MAX_MEETINGS = 1 << 19
"""Of texts under keys, at once: 20 MB. Blocks that meet more are searched for by halves."""

MIN_PART = 512
"""Texts that a thread searches for at least: fewer are not worth the way to it."""

NO_LIMIT = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Queries:
    """Texts to search for.

    Attributes:
        texts: their tokens.
        signatures: see `prefix_index`, point 3.
        entries: what `TextKeys.entries` gives.
        limits: for each text, from which number on the texts of the run do not count.
    """

    texts: EncodedTexts
    signatures: NDArray[np.uint64]
    entries: NDArray[np.uint64]
    limits: NDArray[np.int64]

    def limited(self, limits: NDArray[np.int64]) -> "Queries":
        """The same with other limits."""
        return replace(self, limits=limits)

    def part(self, begin: int, end: int) -> "Queries":
        """The texts from one number up to another."""
        numbers = self.entries & LOW_HALF
        entries = self.entries[(numbers >= np.uint64(begin)) & (numbers < np.uint64(end))] - np.uint64(begin)
        return Queries(self.texts.part(begin, end), self.signatures[begin:end], entries, self.limits[begin:end])


class Pairs(NamedTuple):
    """Pairs above the threshold, in the order of the texts asked about, then of the kept ones.

    Attributes:
        queries: numbers of the texts asked about.
        positions: positions of the kept ones.
        scores: their F.
    """

    queries: NDArray[np.int64]
    positions: NDArray[np.int64]
    scores: NDArray[np.float64]


def best_pairs(pairs: Pairs) -> Pairs:
    """For each text asked about the pair with the highest F, the first of several."""
    order = np.lexsort((pairs.positions, -pairs.scores, pairs.queries))
    _, first = np.unique(pairs.queries[order], return_index=True)
    best = order[first]
    return Pairs(pairs.queries[best], pairs.positions[best], pairs.scores[best])


class Rooms(NamedTuple):
    """`LengthBounds.room` for every length among the texts asked about: the table at `starts[length]`, of `sizes`."""

    table: NDArray[np.uint8]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]


class Loops(Protocol):
    """The two loops that take the time."""

    def meet(self, queries: Queries, rooms: Rooms, run: Run) -> NDArray[np.uint64]:
        """Pairs that share a key and can match: number of the query and of the text in two halves, some repeatedly."""

    def common_lengths(
        self, queries: EncodedTexts, numbers: NDArray[np.int64], texts: EncodedTexts, others: NDArray[np.int64]
    ) -> NDArray[Any]:
        """The longest common subsequence of each pair, given by its two numbers and in the order of the first."""


class Searcher:
    """Finds all pairs above a threshold.

    Args:
        max_rouge_l: the threshold.
        loops: in numpy, or compiled.
        workers: how many threads search. Both kinds of loops let the others run most of the time.
    """

    def __init__(self, max_rouge_l: float, loops: Loops, workers: int = 1) -> None:
        self.bounds = LengthBounds(max_rouge_l)
        self.keys = TextKeys(self.bounds)
        self.loops = loops
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers)  # starts each thread when it is needed
        self._room = lru_cache(maxsize=4096)(lambda length, longest: self.bounds.room(length, 0, longest))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def queries(self, texts: EncodedTexts) -> Queries:
        """What the texts are searched with, against all of a run."""
        limits = np.full(texts.num_texts, NO_LIMIT)
        return Queries(texts, texts.signatures(), self.keys.entries(texts), limits)

    def find(self, queries: Queries, runs: Sequence[Run]) -> list[Pairs]:
        """For each run, all pairs of a text asked about and one of the run, above the threshold."""
        num_parts = min(self._workers, 1 + queries.texts.num_texts // MIN_PART)
        if num_parts == 1:
            return [self._find(queries, run) for run in runs]
        bounds = np.linspace(0, queries.texts.num_texts, num_parts + 1).astype(np.int64).tolist()
        parts = [queries.part(begin, end) for begin, end in itertools.pairwise(bounds)]
        tasks = [[self._threads.submit(self._find, part, run) for part in parts] for run in runs]
        return [_joined([task.result() for task in of_run], bounds) for of_run in tasks]

    def _find(self, queries: Queries, run: Run) -> Pairs:
        if queries.texts.num_texts > 1 and num_meetings(queries, run) > MAX_MEETINGS:
            bounds = [0, queries.texts.num_texts // 2, queries.texts.num_texts]
            return _joined([self._find(queries.part(*each), run) for each in itertools.pairwise(bounds)], bounds)
        met = unique(self.loops.meet(queries, self._rooms_for(queries.texts.lengths, run.longest), run))
        numbers, others = (met >> HALF).astype(np.int64), (met & LOW_HALF).astype(np.int64)
        lcs = self.loops.common_lengths(queries.texts, numbers, run.texts, others)
        scores = _f_measures(lcs, queries.texts.lengths[numbers], run.lengths[others])
        similar = np.flatnonzero(scores > self.bounds.max_rouge_l)
        return Pairs(numbers[similar], others[similar] + run.first, scores[similar])

    def _rooms_for(self, lengths: NDArray[np.int32], longest: int) -> Rooms:
        distinct = np.unique(lengths[lengths > 0]).tolist()
        tables = [self._room(length, longest) for length in distinct]
        sizes = np.array([len(table) for table in tables], dtype=np.int64)
        by_length = np.zeros((2, int(lengths.max(initial=0)) + 1), dtype=np.int64)
        by_length[:, distinct] = np.cumsum(sizes) - sizes, sizes
        return Rooms(np.concatenate([*tables, np.zeros(1, dtype=np.uint8)]), *by_length)


def num_meetings(queries: Queries, run: Run) -> int:
    """How many texts of the run the queries meet under a key, each as often as it is met."""
    buckets = (queries.entries >> np.uint64(run.shift)).astype(np.int64)
    return int((run.buckets[buckets + 1] - run.buckets[buckets]).sum(dtype=np.int64))


def _joined(parts: Sequence[Pairs], bounds: Sequence[int]) -> Pairs:
    """The pairs of all parts; the texts asked about in a part begin at its bound."""
    queries = [part.queries + begin for part, begin in zip(parts, bounds[:-1], strict=True)]
    return Pairs(
        np.concatenate(queries),
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _f_measures(lcs: NDArray[Any], lengths: NDArray[np.int32], other_lengths: NDArray[np.int32]) -> NDArray[np.float64]:
    """`rouge.f_measure` of each pair."""
    scores = np.zeros(len(lcs))
    shared = np.flatnonzero(lcs)
    precision = lcs[shared] / lengths[shared]
    recall = lcs[shared] / other_lengths[shared]
    scores[shared] = 2 * precision * recall / (precision + recall)
    return scores
