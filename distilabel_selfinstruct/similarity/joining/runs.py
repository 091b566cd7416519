"""Kept texts as runs: each an index of its own that never changes, so that any thread or machine can search it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.joining.keys import HALF, KEY_BITS, LOW_HALF
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts, joined


@dataclass(frozen=True, slots=True)
class Run:
    """Texts that were kept one after the other, found by their keys.

    Attributes:
        first: the position of the first of them among all kept texts.
        texts: their tokens.
        lengths: their numbers of tokens.
        signatures: see `prefix_index`, point 3.
        buckets: where the texts of each bucket begin in `postings`, and where the last one ends. The bucket of a key
            is its highest bits, so many that a bucket holds one and a half to three.
        postings: numbers of texts within the run, ordered by key; 2 bytes each if that is enough, else 4.
        entries: what `TextKeys.entries` gives; none in a sealed run, which is not merged again.
    """

    first: int
    texts: EncodedTexts
    lengths: NDArray[np.int32]
    signatures: NDArray[np.uint64]
    buckets: NDArray[np.uint32]
    postings: NDArray[Any]
    entries: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def is_sealed(self) -> bool:
        """Whether it lacks the entries, without which it cannot be merged."""
        return len(self.entries) < len(self.postings)

    @property
    def longest(self) -> int:
        """At least the number of tokens of its longest text: a power of two, so that it takes few values."""
        return 1 << int(self.lengths.max(initial=1)).bit_length()

    @property
    def shift(self) -> int:
        """By how many bits an entry is shifted to give its bucket."""
        return shift_to_bucket(len(self.buckets) - 1)

    def sealed(self) -> "Run":
        """The same in less memory."""
        return replace(
            self, texts=self.texts._replace(starts=_narrow(self.texts.starts)), entries=self.entries[:0].copy()
        )


def make_run(first: int, texts: EncodedTexts, signatures: NDArray[np.uint64], entries: NDArray[np.uint64]) -> Run:
    """A run of texts with these entries."""
    bits = max(1, (len(entries) // 3).bit_length())
    shift = np.uint64(shift_to_bucket(1 << bits))
    sizes = np.bincount((entries >> shift).astype(np.int64), minlength=1 << bits)
    buckets = np.zeros((1 << bits) + 1, dtype=np.uint32)
    np.cumsum(sizes, out=buckets[1:])
    postings = (entries & LOW_HALF).astype(np.uint16 if texts.num_texts <= 1 << 16 else np.uint32)
    return Run(first, texts, texts.lengths, signatures, buckets, postings, entries)


def filtered(run: Run, kept: NDArray[np.bool_]) -> Run:
    """Some of the texts of a run."""
    if kept.all():
        return run
    entries = run.entries[kept[run.postings]]
    new_numbers = np.cumsum(kept, dtype=np.uint64) - np.uint64(1)
    entries = entries & ~LOW_HALF | new_numbers[(entries & LOW_HALF).astype(np.int64)]
    return make_run(run.first, run.texts.take(np.flatnonzero(kept)), run.signatures[kept], entries)


def merged(runs: Sequence[Run]) -> Run:
    """One run of adjacent ones."""
    ordered = np.concatenate([run.entries + np.uint64(run.first - runs[0].first) for run in runs])
    ordered.sort(kind="stable")  # which merges what is sorted already
    signatures = np.concatenate([run.signatures for run in runs])
    return make_run(runs[0].first, joined([run.texts for run in runs]), signatures, ordered)


def shift_to_bucket(num_buckets: int) -> int:
    """By how many bits an entry is shifted to give one of so many buckets, a power of two."""
    return int(HALF) + KEY_BITS - (num_buckets.bit_length() - 1)


def _narrow(starts: NDArray[Any]) -> NDArray[Any]:
    return starts.astype(np.int32) if starts[-1] < 1 << 31 else starts
