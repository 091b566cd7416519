"""The two loops of the join in numpy and rapidfuzz."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from distilabel_selfinstruct.similarity.joining.keys import HALF, LOW_HALF
from distilabel_selfinstruct.similarity.joining.runs import Run
from distilabel_selfinstruct.similarity.joining.search import Queries, Rooms
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts, segments

MAX_PAIRS = 1 << 15
"""Pairs that are compared at once: their texts become strings for a moment."""

_UTF_32 = f"utf-32-{sys.byteorder[0]}e"


class NumpyLoops:
    """`search.Loops` for every installation."""

    def meet(self, queries: Queries, rooms: Rooms, run: Run) -> NDArray[np.uint64]:
        """See `Loops`."""
        buckets = (queries.entries >> np.uint64(run.shift)).astype(np.int64)
        begins = run.buckets[buckets]
        sizes = run.buckets[buckets + 1] - begins
        numbers = np.repeat((queries.entries & LOW_HALF).astype(np.int32), sizes)
        others = run.postings[segments(begins, sizes)]
        lengths = queries.texts.lengths
        tables, last = rooms.starts[lengths], rooms.sizes[lengths] - 1
        room = rooms.table[tables[numbers] + np.minimum(run.lengths[others], last[numbers])]
        differing = np.bitwise_count(queries.signatures[numbers] ^ run.signatures[others])
        met = np.flatnonzero((differing < room) & (others < queries.limits[numbers]))
        return (numbers[met].astype(np.uint64) << HALF) | others[met].astype(np.uint64)

    def common_lengths(
        self, queries: EncodedTexts, numbers: NDArray[np.int64], texts: EncodedTexts, others: NDArray[np.int64]
    ) -> NDArray[Any]:
        """See `Loops`."""
        lcs = np.zeros(len(numbers), dtype=np.int32)
        for begin in range(0, len(numbers), MAX_PAIRS):
            part = slice(begin, begin + MAX_PAIRS)
            lcs[part] = self._common_lengths(queries, numbers[part], texts, others[part])
        return lcs

    @staticmethod
    def _common_lengths(
        queries: EncodedTexts, numbers: NDArray[np.int64], texts: EncodedTexts, others: NDArray[np.int64]
    ) -> NDArray[Any]:
        distinct_numbers, which = np.unique(numbers, return_inverse=True)
        distinct_others, which_other = np.unique(others, return_inverse=True)
        ours, theirs = queries.take(distinct_numbers), texts.take(distinct_others)
        characters = np.concatenate([ours.tokens, theirs.tokens])
        if characters.max(initial=0) > sys.maxunicode:  # these few have a character each
            characters = np.unique(characters, return_inverse=True)[1].astype(np.int32)
        left = _strings(characters[: len(ours.tokens)], ours)
        right = _strings(characters[len(ours.tokens) :], theirs)
        pairs = [left[number] for number in which.tolist()], [right[number] for number in which_other.tolist()]
        return cpdist(*pairs, scorer=LCSseq.similarity, dtype=np.int32)


def _strings(characters: NDArray[np.int32], texts: EncodedTexts) -> list[str]:
    """Each text as a string with a character per token."""
    whole = characters.tobytes().decode(_UTF_32, "surrogatepass")
    starts = texts.starts.tolist()
    return [whole[begin:end] for begin, end in zip(starts, starts[1:])]  # noqa: B905, RUF007 - quicker than pairwise
