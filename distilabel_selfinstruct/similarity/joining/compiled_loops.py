"""The two loops of the join, compiled by numba (the extra `numba`)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.compiled import join
from distilabel_selfinstruct.similarity.joining.runs import Run
from distilabel_selfinstruct.similarity.joining.search import Queries, Rooms, num_meetings
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts


class CompiledLoops:
    """`search.Loops` in a few nanoseconds per turn."""

    def meet(self, queries: Queries, rooms: Rooms, run: Run) -> NDArray[np.uint64]:
        """See `Loops`."""
        met = np.empty(num_meetings(queries, run) + 1, dtype=np.uint64)
        num_met = join.meet(
            queries.entries,
            queries.texts.lengths,
            queries.signatures,
            queries.limits,
            rooms.table,
            rooms.starts,
            rooms.sizes,
            run.shift,
            run.buckets,
            run.postings,
            run.lengths,
            run.signatures,
            met,
        )
        return met[:num_met]

    def common_lengths(
        self, queries: EncodedTexts, numbers: NDArray[np.int64], texts: EncodedTexts, others: NDArray[np.int64]
    ) -> NDArray[Any]:
        """See `Loops`."""
        lcs = np.zeros(len(numbers), dtype=np.int64)
        longest = int(texts.lengths.max(initial=0))
        join.common_lengths(
            queries.tokens, queries.starts.astype(np.int64), numbers, texts.tokens, texts.starts, others, longest, lcs
        )
        return lcs
