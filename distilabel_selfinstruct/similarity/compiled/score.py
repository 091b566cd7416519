"""ROUGE-L of two texts, and what lengths say about it, compiled: `rouge` and `bounds` without their tables.

A text is an array of token numbers from 1; 0 is a token that no stored text holds.
"""

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.similarity.bounds import ANY_LENGTH, MAX_LENGTH
from distilabel_selfinstruct.similarity.compiled.jit import compiled

Tokens = NDArray[np.int32]

WORD = 64
FULL = np.uint64((1 << WORD) - 1)


@compiled
def f_measure(lcs: int, length: int, other_length: int) -> float:
    """`rouge.f_measure`."""
    if lcs == 0:
        return 0.0
    precision = lcs / length
    recall = lcs / other_length
    return 2 * precision * recall / (precision + recall)


@compiled
def need(length: int, other_length: int, max_rouge_l: float) -> int:
    """`LengthBounds.need`."""
    lcs = max(1, int(max_rouge_l * (length + other_length) / 2) - 1)
    while not f_measure(lcs, length, other_length) > max_rouge_l:
        lcs += 1
    return lcs


@compiled
def reach(length: int, position: int, max_rouge_l: float) -> int:
    """`LengthBounds.reaches(length)[position]`; 0 where that list has ended."""
    shared = length - position
    longest = ANY_LENGTH
    if max_rouge_l > 0:
        longest = int(min(longest, 2 * shared / max_rouge_l - length + 2))
    while longest > 0 and not f_measure(shared, length, longest) > max_rouge_l:
        longest -= 1
    if longest < need(length, max(longest, 1), max_rouge_l):
        return 0
    return min(longest, MAX_LENGTH)


@compiled
def room(length: int, unknown: int, longest: int, max_rouge_l: float) -> NDArray[np.int64]:
    """`LengthBounds.room` for partners of up to `longest` tokens, of which `MAX_LENGTH` says that all may match."""
    rooms = np.zeros(min(longest, MAX_LENGTH) + 1, dtype=np.int64)
    for other_length in range(1, len(rooms)):
        lcs = need(length, other_length, max_rouge_l)
        if lcs <= min(length - unknown, other_length):
            rooms[other_length] = max(0, length + other_length - 2 * lcs - unknown + 1)
    if longest >= MAX_LENGTH:
        rooms[MAX_LENGTH] = WORD + 1
    return rooms


@compiled
def count_bits(word: np.uint64) -> int:
    """Sums of 2, 4 and 8 bits side by side, then the sum of the bytes by a product; compiles to popcnt."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def sort(numbers: Tokens) -> None:
    """In place, rising; by insertion where there are few, for which numpy's takes as long as all the rest."""
    if len(numbers) > WORD:
        numbers.sort()
        return
    for position in range(1, len(numbers)):
        number = numbers[position]
        while position > 0 and numbers[position - 1] > number:
            numbers[position] = numbers[position - 1]
            position -= 1  # noqa: PLW2901 - the position moves down to where the number belongs
        numbers[position] = number


@compiled
def slot_of(keys: Tokens, token: int) -> int:
    """The slot that holds the token in a hash table of token numbers, or a free one (0)."""
    slot = token & (len(keys) - 1)
    while keys[slot] != 0 and keys[slot] != token:
        slot = (slot + 1) & (len(keys) - 1)
    return slot


@compiled
def token_masks(query: Tokens) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """For each word of 64 positions of the query a hash table: in which of them a token stands, as bits.

    Returns:
        Tokens and masks, both of shape (words, slots).
    """
    num_slots = 4
    while num_slots < 2 * min(len(query), WORD):
        num_slots *= 2
    num_words = (len(query) + WORD - 1) // WORD
    keys = np.zeros((num_words, num_slots), dtype=np.int32)
    masks = np.zeros((num_words, num_slots), dtype=np.uint64)
    for position, token in enumerate(query):
        if token:
            word = position // WORD
            slot = slot_of(keys[word], token)
            keys[word, slot] = token
            masks[word, slot] |= np.uint64(1) << np.uint64(position % WORD)
    return keys, masks


@compiled
def common_length(
    keys: NDArray[np.int32], masks: NDArray[np.uint64], other: Tokens, carries: NDArray[np.uint64]
) -> int:
    """Longest common subsequence of the query of `token_masks` and another text, 64 positions at a time.

    Hyyrö's recurrence (2004): the 0 bits of `row` mark the positions at which the subsequence of the query so
    far and `other` so far grows. The row is one long number, cut into words: `carries` holds, for each token
    of `other`, the carry out of the word before. Shape `(len(other),)` or more.
    """
    carries[: len(other)] = 0
    lcs = 0
    for word in range(len(keys)):
        row = FULL
        for position, token in enumerate(other):
            matching = row & masks[word, slot_of(keys[word], token)]
            total = row + matching
            carry = np.uint64(total < row)
            total += carries[position]
            carries[position] = carry | np.uint64(total < carries[position])
            row = total | (row - matching)
        lcs += count_bits(~row)
    return lcs
