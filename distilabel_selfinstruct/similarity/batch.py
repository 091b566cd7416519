"""The greedy filter over a whole dataset: keep a text if it is new against all texts kept before."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.similarity.checks import check_threshold, checked_texts
from distilabel_selfinstruct.similarity.novelty_index import Neighbor
from distilabel_selfinstruct.similarity.prefix_index import Match, PrefixIndex
from distilabel_selfinstruct.similarity.search_worker import SearchWorker
from distilabel_selfinstruct.similarity.token_index import TokenIndex
from distilabel_selfinstruct.similarity.tokenizers import Tokenizer, get_tokenizer

PARALLEL_FROM = 200_000
"""Kept texts from which a search takes long enough to be worth sending to another process."""

THREADS_FROM = 20_000
"""The same for compiled code, whose threads share the index."""

BLOCK = 16_384
"""Texts that are searched for at once by all processes."""

FIRST_BLOCK = 256
"""Blocks grow with the kept texts, so that compiled code, which numbers tokens between blocks, is not late."""

MAX_PROCESSES = 4
"""Used unless more are asked for: each holds a copy of the index, and the main process's own share stays."""

OnProgress = Callable[[int, int], None]
"""Is called with the number of texts decided and the number of those kept."""


@dataclass(frozen=True, slots=True)
class FilteredText:
    """What became of one text.

    Attributes:
        position: which of the texts, from 0.
        kept: whether it is new.
        nearest: of a rejected text, the nearest text kept before, with its exact score; the earliest of
            several.
        nearest_position: the position of that text; None if it stood in `against`.
    """

    position: int
    kept: bool
    nearest: Neighbor | None = None
    nearest_position: int | None = None


def filter_texts(
    texts: Iterable[str],
    *,
    max_rouge_l: float = 0.7,
    tokenizer: str | Tokenizer = "rouge_score",
    against: Iterable[str] = (),
    processes: int | None = None,
    engine: str = "auto",
    on_progress: OnProgress | None = None,
) -> Iterator[FilteredText]:
    """Decide on each text, in order, exactly as `NoveltyIndex.admit` would.

    Reads and answers as it goes: it holds the kept texts with their index (see `PrefixIndex`) and at most
    `BLOCK` others, so that the memory does not depend on what is rejected. Further processes start at
    `PARALLEL_FROM` kept texts and hold a copy of the index, without the texts. Compiled code needs none: its
    threads share the index.

    Args:
        texts: what to filter.
        max_rouge_l: the highest ROUGE-L F1 that still counts as new, from 0 to 1.
        tokenizer: the name of a tokenizer, or a callable from text to tokens.
        against: texts that count as kept before the first; nothing is decided about them.
        processes: how many to use; all cores by default, at most `MAX_PROCESSES`. Threads if compiled.
        engine: as for `NoveltyIndex`.
        on_progress: is called after every block.

    Raises:
        ConfigError: an argument cannot be used; for an item of `texts` that is no text, when it is reached.
    """
    check_threshold(max_rouge_l)
    if processes is not None and not (isinstance(processes, int) and processes >= 1):
        raise ConfigError(f"processes is {processes!r}: use 1 or more, or None for all cores.")
    if processes is None:
        processes = min(os.cpu_count() or 1, MAX_PROCESSES)
    tokenize = get_tokenizer(tokenizer)
    batch = _Batch(TokenIndex(max_rouge_l, tokenize, engine), processes - 1)
    for text in checked_texts(against, "against"):
        batch.keep(text, tokenize(text), None)
    return batch.run(checked_texts(texts, "texts"), on_progress)


class _Batch:
    """The state of one run: the kept texts, their positions among the texts given, the other processes."""

    def __init__(self, stored: TokenIndex, num_workers: int) -> None:
        self._stored = stored
        self._num_workers = num_workers
        self._workers: list[SearchWorker] = []
        self._positions: list[int | None] = []

    def keep(self, text: str, tokens: Sequence[str], position: int | None) -> None:
        self._stored.store(text, tokens)
        self._positions.append(position)

    def run(self, texts: Iterator[str], on_progress: OnProgress | None) -> Iterator[FilteredText]:
        num_decided, num_against = 0, len(self._positions)
        with ExitStack() as open_workers:
            while block := list(islice(texts, min(BLOCK, max(FIRST_BLOCK, len(self._positions))))):
                if (matches := self._stored.decide(block, self._num_threads())) is not None:
                    yield from self._accept(matches, num_decided)
                elif self._in_parallel(open_workers):
                    yield from self._decide_in_parallel(block, num_decided)
                else:
                    yield from self._decide_one_by_one(block, num_decided)
                num_decided += len(block)
                if on_progress is not None:
                    on_progress(num_decided, len(self._positions) - num_against)

    def _num_threads(self) -> int:
        """How many search compiled code, where a block takes long enough to be worth sharing."""
        return 1 + self._num_workers if len(self._positions) >= THREADS_FROM else 1

    def _accept(self, matches: list[Match | None], first: int) -> Iterator[FilteredText]:
        """The decisions on a block whose new texts are stored already."""
        self._positions += [position for position, match in enumerate(matches, start=first) if match is None]
        for position, match in enumerate(matches, start=first):
            yield self._decision(position, match)

    def _in_parallel(self, open_workers: ExitStack) -> bool:
        """Whether the other processes help with the next block; starts them where they begin to pay."""
        if not self._num_workers or len(self._positions) < PARALLEL_FROM or self._stored.vocabulary.ambiguous:
            return False
        if not self._workers:
            bounds = self._stored.prefix_index.bounds
            for _ in range(self._num_workers):
                self._workers.append(open_workers.enter_context(SearchWorker(bounds.max_rouge_l)))
            self._replace_copies()
        return True

    def _decide_one_by_one(self, block: list[str], first: int) -> Iterator[FilteredText]:
        for position, text in enumerate(block, start=first):
            tokens = self._stored.tokenize(text)
            match = self._stored.search(tokens)
            if match is None:
                self.keep(text, tokens, position)
            yield self._decision(position, match)

    def _decide_in_parallel(self, block: list[str], first: int) -> Iterator[FilteredText]:
        """Search for all of the block in the index as it stands; then, in order, in what it has added."""
        index = self._stored.prefix_index
        tokens = [self._stored.tokenize(text) for text in block]
        encoded = [self._stored.vocabulary.learn(text_tokens) for text_tokens in tokens]
        if self._stored.vocabulary.ambiguous:
            yield from self._decide_one_by_one(block, first)
            return
        num_old, added = len(index), PrefixIndex(index.bounds)
        for offset, older in enumerate(self._search(encoded)):
            match, newer = older, added.search(encoded[offset])
            if newer is not None and (older is None or newer[1] > older[1]):
                match = (num_old + newer[0], newer[1])
            if match is None:
                added.insert(encoded[offset])
                self.keep(block[offset], tokens[offset], first + offset)
            yield self._decision(first + offset, match)
        if self._stored.prefix_index is index:
            for worker in self._workers:
                worker.insert(added.encoded)
        else:  # its tokens were renumbered
            self._replace_copies()

    def _search(self, encoded: list[str]) -> list[Match | None]:
        """Each process searches for an equal share."""
        share = len(encoded) // (len(self._workers) + 1)
        for number, worker in enumerate(self._workers):
            worker.begin_search(encoded[number * share : (number + 1) * share])
        own = [self._stored.prefix_index.search(query) for query in encoded[len(self._workers) * share :]]
        matches: list[Match | None] = []
        for worker in self._workers:
            matches += worker.finish_search()
        return matches + own

    def _replace_copies(self) -> None:
        for worker in self._workers:
            worker.replace(self._stored.prefix_index.encoded)

    def _decision(self, position: int, match: Match | None) -> FilteredText:
        if match is None:
            return FilteredText(position, kept=True)
        stored_position, score = match
        nearest = Neighbor(self._stored.texts[stored_position], score)
        return FilteredText(position, kept=False, nearest=nearest, nearest_position=self._positions[stored_position])
