"""The compiled index, which replaces `PrefixIndex`."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.bounds import LengthBounds
from distilabel_selfinstruct.similarity.compiled import search
from distilabel_selfinstruct.similarity.compiled.store import EXPONENT, POSTINGS, TEXTS, Store
from distilabel_selfinstruct.similarity.prefix_index import Match

_UTF_32 = f"utf-32-{sys.byteorder[0]}e"
_EXPONENTS = 48  # of runs of postings: more than memory holds


class CompiledIndex:
    """Encoded texts, each found by its rarest tokens; the methods of `PrefixIndex`, with its answers.

    Memory per text of n tokens: the string (60 bytes and 1, 2 or 4 per token), 4 bytes per token once more, 8
    bytes for each of the about 0.46·n + 1 tokens that it is stored under (at a threshold of 0.7), half as
    much again for room to grow, and 24 bytes.

    Args:
        bounds: the threshold.
        encoded: texts to begin with.
    """

    def __init__(self, bounds: LengthBounds, encoded: Iterable[str] = ()) -> None:
        self.bounds = bounds
        self.encoded: list[str] = []
        self._store = Store(
            tokens=np.zeros(1024, dtype=np.int32),
            starts=np.zeros(257, dtype=np.int64),
            signatures=np.zeros(256, dtype=np.uint64),
            lists=np.zeros((1024, 3), dtype=np.int64),
            postings=np.zeros(1024, dtype=np.uint64),
            unused=np.zeros(_EXPONENTS, dtype=np.int64),
            counts=np.zeros(3, dtype=np.int64),
        )
        self._arrays: search.Arrays = tuple(self._store)
        self.extend(encoded)

    def __len__(self) -> int:
        return len(self.encoded)

    @property
    def signatures(self) -> NDArray[np.uint64]:
        """One per stored text, shape `(len(self),)`."""
        return self._store.signatures[: len(self)]

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Number of tokens per stored text, shape `(len(self),)`."""
        return np.diff(self._store.starts[: len(self) + 1]).astype(np.int32)

    def insert(self, encoded: str) -> None:
        """Store a text of known tokens only."""
        self.extend([encoded])

    def extend(self, encoded: Iterable[str]) -> None:
        """`insert` each of them."""
        texts = list(encoded)
        tokens, starts = _block(texts)
        done = 0
        while (done := search.insert_block(self._arrays, tokens, starts, done, self.bounds.max_rouge_l)) < len(texts):
            self._grow(texts[done])
        self.encoded += texts

    def candidates(self, query: str) -> list[int]:
        """Places of all stored texts whose F with the query can exceed the threshold, in order, each once."""
        if not query:
            return []
        found = search.candidates(self._arrays, _bytes(query), self.bounds.max_rouge_l)
        positions: list[int] = np.unique(found).tolist()
        return positions

    def search(self, query: str) -> Match | None:
        """The nearest stored text if its F exceeds the threshold; at equal scores the one stored first."""
        if not query:
            return None
        match = search.search(self._arrays, _bytes(query), self.bounds.max_rouge_l)
        return None if match[0] < 0 else match

    def _grow(self, text: str) -> None:
        """Give room for one more text, and half as much again as there was to each array that is short of it."""
        store, num_texts = self._store, int(self._store.counts[TEXTS])
        num_tokens = int(store.starts[num_texts]) + len(text)
        num_lists = ord(max(text)) + 1 if text else 0
        num_postings = int(store.counts[POSTINGS])
        if num_lists <= len(store.lists):
            numbers = np.frombuffer(_bytes(text), dtype=np.int32)
            num_postings += int((2 << store.lists[numbers, EXPONENT]).sum())
        self._store = store._replace(
            tokens=_with_room(store.tokens, num_tokens),
            starts=_with_room(store.starts, num_texts + 2),
            signatures=_with_room(store.signatures, num_texts + 1),
            lists=_with_room(store.lists, num_lists),
            postings=_with_room(store.postings, num_postings),
        )
        self._arrays = tuple(self._store)


def _bytes(text: str) -> bytes:
    return text.encode(_UTF_32, "surrogatepass")


def _block(texts: Sequence[str]) -> tuple[bytes, NDArray[np.int64]]:
    """The tokens of all texts, and where each text starts and the last one ends."""
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=starts[1:])
    return _bytes("".join(texts)), starts


def _with_room(array: NDArray[Any], needed: int) -> NDArray[Any]:
    """The array, or if it has fewer rows than needed, a longer one with zeros at the end."""
    if needed <= len(array):
        return array
    longer = np.zeros((max(needed, len(array) * 3 // 2), *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer
