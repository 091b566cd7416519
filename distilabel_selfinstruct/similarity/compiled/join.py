"""The two loops of the join, compiled (see `joining.search.Loops`). Tokens are numbered from 1."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.compiled.jit import compiled
from distilabel_selfinstruct.similarity.compiled.score import Tokens, common_length, count_bits, token_masks

_HALF, _LOW_HALF = np.uint64(32), np.uint64((1 << 32) - 1)


@compiled
def meet(
    entries: NDArray[np.uint64],
    lengths: Tokens,
    signatures: NDArray[np.uint64],
    limits: NDArray[np.int64],
    table: NDArray[np.uint8],
    table_starts: NDArray[np.int64],
    table_sizes: NDArray[np.int64],
    shift: int,
    buckets: NDArray[np.uint32],
    postings: NDArray[Any],
    other_lengths: Tokens,
    other_signatures: NDArray[np.uint64],
    met: NDArray[np.uint64],
) -> int:
    """`Loops.meet`; writes the pairs into `met`, which has room for all meetings and one more. Returns how many."""
    num_met = 0
    for entry in entries:
        number, bucket = np.int64(entry & _LOW_HALF), np.int64(entry >> np.uint64(shift))
        length, signature, limit = lengths[number], signatures[number], limits[number]
        start, last = table_starts[length], table_sizes[length] - 1
        for other in postings[buckets[bucket] : buckets[bucket + 1]]:
            room = table[start + min(np.int64(other_lengths[other]), last)]
            passes = count_bits(signature ^ other_signatures[other]) < room
            met[num_met] = (entry & _LOW_HALF) << _HALF | np.uint64(other)
            num_met += np.int64(passes & (np.int64(other) < limit))
    return num_met


@compiled
def common_lengths(
    tokens: Tokens,
    starts: NDArray[Any],
    numbers: NDArray[np.int64],
    other_tokens: Tokens,
    other_starts: NDArray[Any],
    others: NDArray[np.int64],
    longest: int,
    lcs: NDArray[np.int64],
) -> None:
    """`Loops.common_lengths`, written into `lcs`. `longest` is the most tokens of any text of the second array."""
    carries = np.empty(longest + 1, dtype=np.uint64)
    keys, masks = token_masks(tokens[:0])
    last = -1
    for pair in range(len(numbers)):
        number, other = numbers[pair], others[pair]
        if number != last:
            last = number
            keys, masks = token_masks(tokens[starts[number] : starts[number + 1]])
        text = other_tokens[other_starts[other] : other_starts[other + 1]]
        lcs[pair] = common_length(keys, masks, text, carries)
