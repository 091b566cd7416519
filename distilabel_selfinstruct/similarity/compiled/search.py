"""Compiled search, and the greedy decisions on a block of texts.

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
def postings_from(store: Store, token: int, first: int) -> NDArray[np.uint64]:
    """The postings of a token for the texts from position `first` on."""
    start = store.lists[token, START]
    end = begin = start + store.lists[token, SIZE]
    if first == 0:
        return store.postings[start:end]
    while begin > start and np.int64(store.postings[begin - 1] & POSITION_MASK) >= first:
        begin -= 1
    return store.postings[begin:end]


@compiled
def find_candidates(store: Store, query: Tokens, first: int, max_rouge_l: float) -> Tokens:
    """Places, from `first` on, of all texts whose F can exceed the threshold: ascending, some repeatedly.

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
            for posting in postings_from(store, token, first):
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
def find_match(store: Store, query: Tokens, first: int, max_rouge_l: float) -> tuple[int, float]:
    """The nearest text from position `first` on if its F exceeds the threshold, else -1; the first of equals."""
    best, highest, last = -1, max_rouge_l, -1
    positions = find_candidates(store, query, first, max_rouge_l)
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
    return find_candidates(Store(*arrays), np.frombuffer(query, np.int32), 0, max_rouge_l)


@compiled
def search(arrays: Arrays, query: bytes, max_rouge_l: float) -> tuple[int, float]:
    """`find_match` among all texts."""
    return find_match(Store(*arrays), np.frombuffer(query, np.int32), 0, max_rouge_l)


@compiled
def search_block(
    arrays: Arrays,
    texts: bytes,
    starts: NDArray[np.int64],
    max_rouge_l: float,
    positions: NDArray[np.int64],
    scores: NDArray[np.float64],
) -> None:
    """`find_match` among all texts for each of several, which begin at `starts` and end at its last entry.

    Args:
        arrays: the store; it stays as it is, so that several threads can search at once.
        texts: the tokens.
        starts: shape (texts + 1,).
        max_rouge_l: the threshold.
        positions: receives the positions found, shape (texts,).
        scores: receives their F.
    """
    store, tokens = Store(*arrays), np.frombuffer(texts, np.int32)
    for number in range(len(starts) - 1):
        query = tokens[starts[number] : starts[number + 1]]
        positions[number], scores[number] = find_match(store, query, 0, max_rouge_l)


@compiled
def decide_block(
    arrays: Arrays,
    texts: bytes,
    starts: NDArray[np.int64],
    begin: int,
    first: int,
    max_rouge_l: float,
    positions: NDArray[np.int64],
    scores: NDArray[np.float64],
) -> int:
    """Decide on each text in turn and store those without a match.

    Args:
        arrays: the store.
        texts: the tokens.
        starts: shape (texts + 1,).
        begin: the text to begin with.
        first: the position from which on to search; what matches before it stands in `positions` and `scores`.
        max_rouge_l: the threshold; above 1, nothing is searched for and all texts are stored.
        positions: the positions of the matches, -1 without one. Shape (texts,).
        scores: the F of the matches, the threshold without one.

    Returns:
        The text for which the store has too little room; the number of texts if all are decided.
    """
    store, tokens = Store(*arrays), np.frombuffer(texts, np.int32)
    for number in range(begin, len(starts) - 1):
        text = tokens[starts[number] : starts[number + 1]]
        position, score = find_match(store, text, first, max_rouge_l)
        if score > scores[number]:
            positions[number], scores[number] = position, score
        if positions[number] < 0 and not insert(store, text, max_rouge_l):
            return number
    return len(starts) - 1


@compiled
def insert_block(arrays: Arrays, texts: bytes, starts: NDArray[np.int64], begin: int, max_rouge_l: float) -> int:
    """Store each text from `begin` on; returns as `decide_block` does."""
    store, tokens = Store(*arrays), np.frombuffer(texts, np.int32)
    for number in range(begin, len(starts) - 1):
        if not insert(store, tokens[starts[number] : starts[number + 1]], max_rouge_l):
            return number
    return len(starts) - 1
