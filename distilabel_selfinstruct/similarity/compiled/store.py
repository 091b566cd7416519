"""The stored texts as arrays, and how a text is added."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.bounds import MAX_LENGTH
from distilabel_selfinstruct.similarity.compiled.jit import compiled
from distilabel_selfinstruct.similarity.compiled.score import WORD, Tokens, reach, sort

# Fields of `Store.counts`, and of a row of `Store.lists`.
TEXTS, POSTINGS, LONGEST = range(3)
START, SIZE, EXPONENT = range(3)

# A posting, from its highest bit: the token's reach (16), the length (16) and the position (32) of the text.
REACH_SHIFT, LENGTH_SHIFT = np.uint64(48), np.uint64(32)
LENGTH_MASK, POSITION_MASK = np.uint64((1 << 16) - 1), np.uint64((1 << 32) - 1)


class Store(NamedTuple):
    """All texts. The arrays have room for more than there is; compiled code sees them as one tuple.

    Attributes:
        tokens: of all texts, one text after the other.
        starts: where each text starts among them, and where the next one will.
        signatures: see `prefix_index`, point 3.
        lists: per token (row), its postings: where they start, how many there are, and the binary exponent
            of how many have room.
        postings: runs of 2^exponent postings each; within a run in the order of storing.
        unused: per exponent, one more than the start of a run that is no longer used and holds the same
            number for the next such run; 0: there is none.
        counts: stored texts, postings in runs, tokens of the longest text.
    """

    tokens: Tokens
    starts: NDArray[np.int64]
    signatures: NDArray[np.uint64]
    lists: NDArray[np.int64]
    postings: NDArray[np.uint64]
    unused: NDArray[np.int64]
    counts: NDArray[np.int64]


@compiled
def signature(text: Tokens) -> np.uint64:
    """`prefix_index.signature`."""
    bits: np.uint64 = np.uint64(0)
    for token in text:
        if token:
            bits ^= np.uint64(1) << np.uint64(token % WORD)
    return bits


@compiled
def run_of(store: Store, exponent: int) -> int:
    """The start of a run for 2^exponent postings: one given back, or the next of those never used."""
    start = int(store.unused[exponent]) - 1
    if start >= 0:
        store.unused[exponent] = store.postings[start]
        return start
    start = int(store.counts[POSTINGS])
    store.counts[POSTINGS] += 1 << exponent
    return start


@compiled
def append_posting(store: Store, token: int, posting: np.uint64) -> None:
    """Append to the token's list, which moves to a run of twice the room when it is full."""
    start, size, exponent = store.lists[token]
    if size == 0:
        start = run_of(store, 0)
    elif size == 1 << exponent:
        exponent += 1
        longer = run_of(store, exponent)
        store.postings[longer : longer + size] = store.postings[start : start + size]
        store.postings[start] = np.uint64(store.unused[exponent - 1])
        store.unused[exponent - 1] = start + 1
        start = longer
    store.postings[start + size] = posting
    store.lists[token] = start, size + 1, exponent


@compiled
def has_room(store: Store, text: Tokens) -> bool:
    """Whether `insert` would not run past the end of an array; at most every list moves."""
    position = store.counts[TEXTS]
    if position == min(len(store.signatures), len(store.starts) - 1):
        return False
    if store.starts[position] + len(text) > len(store.tokens):
        return False
    needed = 0
    for token in text:
        if token >= len(store.lists):
            return False
        needed += 2 << store.lists[token, EXPONENT]
    return bool(store.counts[POSTINGS] + needed <= len(store.postings))


@compiled
def insert(store: Store, text: Tokens, max_rouge_l: float) -> bool:
    """Store a text of known tokens, or say False and change nothing: the arrays must grow first."""
    if not has_room(store, text):
        return False
    position, length = store.counts[TEXTS], len(text)
    length_and_position = np.uint64(min(length, MAX_LENGTH)) << LENGTH_SHIFT | np.uint64(position)
    rising, last = text.copy(), 0
    sort(rising)
    for number, token in enumerate(rising[::-1]):
        longest = reach(length, number, max_rouge_l)
        if longest == 0:
            break
        if token != last:
            append_posting(store, token, np.uint64(longest) << REACH_SHIFT | length_and_position)
        last = token
    start = store.starts[position]
    store.tokens[start : start + length] = text
    store.starts[position + 1] = start + length
    store.signatures[position] = signature(text)
    store.counts[LONGEST] = max(store.counts[LONGEST], length)
    store.counts[TEXTS] = position + 1
    return True
