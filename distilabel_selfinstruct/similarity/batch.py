"""The greedy filter over a whole dataset: keep a text if it is new against all texts kept before."""

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.similarity.checks import check_threshold, checked_texts
from distilabel_selfinstruct.similarity.engines import check_engine, make_loops
from distilabel_selfinstruct.similarity.joining.ahead import Block, blocks_searched_ahead
from distilabel_selfinstruct.similarity.joining.greedy import KeptTexts, Matches
from distilabel_selfinstruct.similarity.joining.ray_search import RaySearch
from distilabel_selfinstruct.similarity.joining.search import Searcher
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts
from distilabel_selfinstruct.similarity.joining.token_numbers import TokenNumbers
from distilabel_selfinstruct.similarity.novelty_index import Neighbor
from distilabel_selfinstruct.similarity.stored_texts import StoredTexts
from distilabel_selfinstruct.similarity.tokenizers import Tokenizer, get_tokenizer

BLOCK = 8192
"""Texts that are decided on at once."""

FIRST_BLOCK = 256
"""Blocks grow with the kept texts: those of one block are all compared with each other."""

RENUMBER_AT = (256, 4096, 65_536)
"""Kept texts at which the tokens are numbered by frequency again. Later ones are rare, and get numbers after these."""

MAX_WORKERS = 4
"""Used unless more are asked for: cutting texts into tokens, which one thread does, takes a quarter of the time."""

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
    workers: int | None = None,
    engine: str = "auto",
    ray: bool = False,
    on_progress: OnProgress | None = None,
) -> Iterator[FilteredText]:
    """Decide on each text, in order, exactly as `NoveltyIndex.admit` would.

    Reads and answers as it goes: it holds the kept texts, as numbers, and at most `BLOCK` others, so that the memory
    does not depend on what is rejected. The kept texts themselves are on disk, in a temporary file, where they have
    more than 256 MB.

    Args:
        texts: what to filter.
        max_rouge_l: the highest ROUGE-L F1 that still counts as new, from 0 to 1.
        tokenizer: the name of a tokenizer, or a callable from text to tokens.
        against: texts that count as kept before the first; nothing is decided about them.
        workers: how many threads search; by default one per core, at most `MAX_WORKERS`.
        engine: as for `NoveltyIndex`.
        ray: search on the cluster of Ray that this process is connected to (`ray.init`; the extra `ray`). The decisions
            are the same; blocks of up to a million texts are read ahead. See `joining.ahead`.
        on_progress: is called after every block.

    Raises:
        ConfigError: an argument cannot be used; for an item of `texts` that is no text, when it is reached.
        MissingExtraError: the engine or Ray is not installed.
        ServerError: a search on Ray failed.
    """
    check_threshold(max_rouge_l)
    check_engine(engine)
    if workers is not None and not (isinstance(workers, int) and workers >= 1):
        raise ConfigError(f"workers is {workers!r}: use 1 or more, or None for one per core.")
    if workers is None:
        workers = min(os.cpu_count() or 1, MAX_WORKERS)
    elsewhere = RaySearch(max_rouge_l, engine) if ray else None
    batch = _Batch(max_rouge_l, get_tokenizer(tokenizer), engine, workers, elsewhere)
    to_filter = checked_texts(texts, "texts")
    with ExitStack() as on_error:
        on_error.callback(batch.close)
        batch.keep_all(checked_texts(against, "against"))
        on_error.pop_all()
    return batch.run(to_filter, on_progress)


class _Batch:
    """The state of one run: the kept texts, and their positions among the texts given (-1: stood in `against`)."""

    def __init__(
        self, max_rouge_l: float, tokenize: Tokenizer, engine: str, workers: int, elsewhere: RaySearch | None
    ) -> None:
        self._tokenize = tokenize
        self._engine = engine
        self._elsewhere = elsewhere
        self._numbers = TokenNumbers()
        self._kept = KeptTexts(Searcher(max_rouge_l, make_loops(engine, 0), workers))
        self._texts = StoredTexts()
        self._positions = array("q")

    def close(self) -> None:
        self._texts.close()
        self._kept.searcher.close()

    def keep_all(self, texts: Iterator[str]) -> None:
        while block := self._next_block(texts):
            self._kept.keep(self._encode(block))
            self._keep(block, [-1] * len(block))

    def run(self, texts: Iterator[str], on_progress: OnProgress | None) -> Iterator[FilteredText]:
        num_decided, num_against = 0, len(self._positions)
        with closing(self):
            for block in self._blocks(texts):
                self._kept.decide(block.encoded, block.matches, block.num_searched)
                yield from self._decisions(block.texts, block.matches, num_decided)
                num_decided += len(block.texts)
                if on_progress is not None:
                    on_progress(num_decided, len(self._positions) - num_against)

    def _blocks(self, texts: Iterator[str]) -> Iterator[Block]:
        while self._elsewhere is None or len(self._positions) < RENUMBER_AT[-1]:
            block = self._next_block(texts)
            if not block:
                return
            yield Block(block, self._encode(block), self._kept.no_matches(len(block)))
        yield from blocks_searched_ahead(texts, self._encode, self._kept, self._elsewhere, BLOCK)

    def _next_block(self, texts: Iterator[str]) -> list[str]:
        return list(islice(texts, min(BLOCK, max(FIRST_BLOCK, len(self._positions)))))

    def _encode(self, block: list[str]) -> EncodedTexts:
        return self._numbers.encode([self._tokenize(text) for text in block])

    def _decisions(self, block: list[str], matches: Matches, first: int) -> Iterator[FilteredText]:
        positions, scores = matches.positions.tolist(), matches.scores.tolist()
        new = [number for number, position in enumerate(positions) if position < 0]
        self._keep([block[number] for number in new], [first + number for number in new])
        for number, (position, score) in enumerate(zip(positions, scores, strict=True), start=first):
            if position < 0:
                yield FilteredText(number, kept=True)
                continue
            original = self._positions[position]
            nearest = Neighbor(self._texts[position], score)
            yield FilteredText(number, kept=False, nearest=nearest, nearest_position=None if original < 0 else original)

    def _keep(self, texts: Sequence[str], positions: Sequence[int]) -> None:
        num_before = len(self._positions)
        self._texts.extend(texts)
        self._positions.extend(positions)
        if any(num_before < limit <= len(self._positions) for limit in RENUMBER_AT):
            self._kept.renumber(self._numbers.renumber)
        self._kept.searcher.loops = make_loops(self._engine, len(self._positions))
