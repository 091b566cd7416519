"""Compiled search.

The functions at the end are called from Python. They take the store as a plain tuple, which enters compiled
code faster than a named one, and texts as bytes, 4 per token.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.bounds import MAX_LENGTH
from distilabel_selfinstruct.similarity.compiled.jit import compiled
from distilabel_selfinstruct.similarity.compiled.score import (
    Tokens,
    common_length,
    count_bits,
    f_measure,
    reach,
    room,
    sort,
    token_masks,
)
from distilabel_selfinstruct.similarity.compiled.store import (
    LENGTH_MASK,
    LENGTH_SHIFT,
    LONGEST,
    POSITION_MASK,
    REACH_SHIFT,
    SIZE,
    START,
    Store,
    insert,
    signature,
)

Arrays = tuple[NDArray[Any], ...]
"""The fields of a `Store`."""


@compiled
def known_tokens(store: Store, text: Tokens) -> Tokens:
    """Those that a list can exist for, from the rarest to the most frequent."""
    rising = text.copy()
    sort(rising)
    begin = np.searchsorted(rising, 1)
    end = np.searchsorted(rising, len(store.lists))  # a block brings tokens that nothing stored has yet
    known: Tokens = rising[begin:end][::-1]
    return known


@compiled
def find_candidates(store: Store, query: Tokens, max_rouge_l: float) -> Tokens:
    """Places of all texts whose F can exceed the threshold: ascending, some repeatedly.

    Both inner loops write each position and then keep it or not, without a branch: no processor could predict
    which ones pass.
    """
    length, known = len(query), known_tokens(store, query)
    unknown = length - len(known)
    num_postings = 0
    for token in known:
        num_postings += store.lists[token, SIZE]
    met = np.empty(num_postings + 1, dtype=np.uint64)
    longest, last, num_met = 0, 0, 0
    least_reach = np.uint64(min(length, MAX_LENGTH)) << REACH_SHIFT
    for position, token in enumerate(known):
        our_reach = reach(length, unknown + position, max_rouge_l)
        if our_reach == 0:
            break
        longest = max(longest, our_reach)
        if token != last:
            start = store.lists[token, START]
            for posting in store.postings[start : start + store.lists[token, SIZE]]:
                met[num_met] = posting
                in_our_reach = (posting >> LENGTH_SHIFT) & LENGTH_MASK <= np.uint64(our_reach)
                num_met += np.int64(in_our_reach & (posting >= least_reach))
        last = token
    positions = np.empty(num_met + 1, dtype=np.int32)
    if num_met == 0:
        return positions[:0]
    rooms = room(length, unknown, min(longest, store.counts[LONGEST]), max_rouge_l)
    bits, num_possible = signature(known), 0
    for posting in met[:num_met]:
        position = np.int64(posting & POSITION_MASK)
        positions[num_possible] = position
        differing = count_bits(store.signatures[position] ^ bits)
        num_possible += np.int64(differing < rooms[np.int64(posting >> LENGTH_SHIFT & LENGTH_MASK)])
    possible = positions[:num_possible]
    sort(possible)
    return possible


@compiled
def find_match(store: Store, query: Tokens, max_rouge_l: float) -> tuple[int, float]:
    """The nearest text if its F exceeds the threshold, else -1; the first of equals."""
    best, highest, last = -1, max_rouge_l, -1
    positions = find_candidates(store, query, max_rouge_l)
    if len(positions) == 0:
        return best, highest
    keys, masks = token_masks(query)
    carries = np.empty(store.counts[LONGEST], dtype=np.uint64)
    for position in positions:
        if position != last:
            last = position
            other = store.tokens[store.starts[position] : store.starts[position + 1]]
            score = f_measure(common_length(keys, masks, other, carries), len(query), len(other))
            if score > highest:
                best, highest = np.int64(position), score
    return best, highest


@compiled
def candidates(arrays: Arrays, query: bytes, max_rouge_l: float) -> NDArray[np.int32]:
    """`find_candidates` among all texts."""
    return find_candidates(Store(*arrays), np.frombuffer(query, np.int32), max_rouge_l)


@compiled
def search(arrays: Arrays, query: bytes, max_rouge_l: float) -> tuple[int, float]:
    """`find_match` among all texts."""
    return find_match(Store(*arrays), np.frombuffer(query, np.int32), max_rouge_l)


@compiled
def insert_block(arrays: Arrays, texts: bytes, starts: NDArray[np.int64], begin: int, max_rouge_l: float) -> int:
    """Store each text from `begin` on.

    Returns:
        The text for which the store has too little room; the number of texts if all are stored.
    """
    store, tokens = Store(*arrays), np.frombuffer(texts, np.int32)
    for number in range(begin, len(starts) - 1):
        if not insert(store, tokens[starts[number] : starts[number + 1]], max_rouge_l):
            return number
    return len(starts) - 1
