"""Searches on a cluster of Ray: each task looks for some texts in one run. Ray keeps the runs, in memory or on disk.

A run never changes, so it is handed over once. Nothing is decided here: see `ahead`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, ServerError
from distilabel_selfinstruct.similarity.engines import make_loops
from distilabel_selfinstruct.similarity.joining.runs import Run
from distilabel_selfinstruct.similarity.joining.search import Pairs, Queries, Searcher, best_pairs

MIN_PART, MAX_PARTS = 16_384, 32
"""Texts that a task searches for at least, and into how many tasks a block is cut at most, for each run."""

Searches = list[Any]
"""What stands for the results of tasks."""


class RaySearch:
    """Runs that Ray keeps, and searches in all of them. This process must be connected to a cluster.

    Args:
        max_rouge_l: the threshold.
        engine: which of `ENGINES` searches; numba must be installed on the machines of the cluster.

    Raises:
        MissingExtraError: Ray is not installed.
        ConfigError: the process is not connected.
    """

    def __init__(self, max_rouge_l: float, engine: str) -> None:
        try:
            import ray
        except ImportError:
            raise MissingExtraError("A search on Ray", "ray") from None
        if not ray.is_initialized():
            raise ConfigError("This process is not connected to a cluster of Ray: call `ray.init()` before.")
        self._ray = ray
        self._task = ray.remote(num_cpus=1)(_search)
        self._max_rouge_l = max_rouge_l
        self._engine = engine
        self._runs: list[Any] = []
        self._num_texts = 0

    def __len__(self) -> int:
        return self._num_texts

    def add(self, run: Run) -> None:
        """Hand a run over."""
        self._runs.append(self._ray.put(run))
        self._num_texts += len(run)

    def begin(self, queries: Queries) -> Searches:
        """Begin to search in all runs; `finish` waits for it."""
        count = queries.texts.num_texts
        num_parts = min(MAX_PARTS, max(1, count // MIN_PART))
        bounds = np.linspace(0, count, num_parts + 1).astype(np.int64).tolist()
        searches: Searches = []
        for begin, end in zip(bounds, bounds[1:]):  # noqa: B905, RUF007 - Python 3.10
            part = self._ray.put(queries.part(begin, end))
            searches += [self._task.remote(self._max_rouge_l, self._engine, part, run, begin) for run in self._runs]
        return searches

    def finish(self, searches: Searches) -> Iterator[Pairs]:
        """The best pair of each text with each run.

        Raises:
            ServerError: a task failed, more often than Ray repeats it.
        """
        try:
            for search in searches:
                yield Pairs(*self._ray.get(search))
        except self._ray.exceptions.RayError as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise ServerError(
                f"A search on Ray failed ({lines[-1].rstrip('.')}): run the same command again."
            ) from error


@lru_cache(maxsize=2)
def _searcher(max_rouge_l: float, engine: str) -> Searcher:
    """One for all tasks of a process, since it remembers tables."""
    return Searcher(max_rouge_l, make_loops(engine))


def _search(max_rouge_l: float, engine: str, queries: Queries, run: Run, first: int) -> Sequence[Any]:
    """The task. `first` is the number of the first text of the part."""
    (pairs,) = _searcher(max_rouge_l, engine).find(queries, [run])
    best = best_pairs(pairs)
    return [best.queries + first, best.positions, best.scores]
