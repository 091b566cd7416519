"""ROUGE-L between texts, in the arithmetic of the `rouge_score` package."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist

from distilabel_selfinstruct.similarity.tokenizers import Tokenizer, rouge_score_tokens


def f_measure(lcs: int, length: int, other_length: int) -> float:
    """F1 of a longest common subsequence, from 0 to 1.

    The order of operations is that of `rouge_score`: at exactly 0.7 a rounding decides, and it must be the
    same one.
    """
    if not lcs:
        return 0.0
    precision = lcs / length
    recall = lcs / other_length
    return 2 * precision * recall / (precision + recall)


def f_measures(query: str, choices: Sequence[str]) -> NDArray[np.float64]:
    """`f_measure` of one text with each of the others, a character per token. Shape `(len(choices),)`."""
    scores = np.zeros(len(choices))
    if not query or not choices:
        return scores
    lcs = cdist([query], choices, scorer=LCSseq.similarity, dtype=np.int32)[0]
    shared = np.flatnonzero(lcs)
    lengths = np.fromiter(map(len, choices), dtype=np.int64, count=len(choices))[shared]
    precision = lcs[shared] / len(query)
    recall = lcs[shared] / lengths
    scores[shared] = 2 * precision * recall / (precision + recall)
    return scores


def rouge_l(text: str, other: str, tokenizer: Tokenizer = rouge_score_tokens) -> float:
    """ROUGE-L F1 of two texts, from 0 to 1. Symmetric. 0 when either has no token."""
    tokens, other_tokens = tokenizer(text), tokenizer(other)
    return f_measure(LCSseq.similarity(tokens, other_tokens), len(tokens), len(other_tokens))
