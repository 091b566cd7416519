"""ROUGE-L between two texts, in the arithmetic of the `rouge_score` package."""

from rapidfuzz.distance import LCSseq

from distilabel_selfinstruct.similarity.tokenizers import Tokenizer, rouge_score_tokens


def f_measure(lcs: int, length: int, other_length: int) -> float:
    """F1 of a longest common subsequence, from 0 to 1.

    The order of operations is that of `rouge_score`: at exactly 0.7 a rounding decides, and it must be the same one.
    """
    if not lcs:
        return 0.0
    precision = lcs / length
    recall = lcs / other_length
    return 2 * precision * recall / (precision + recall)


def rouge_l(text: str, other: str, tokenizer: Tokenizer = rouge_score_tokens) -> float:
    """ROUGE-L F1 of two texts, from 0 to 1. Symmetric. 0 when either has no token."""
    tokens, other_tokens = tokenizer(text), tokenizer(other)
    return f_measure(LCSseq.similarity(tokens, other_tokens), len(tokens), len(other_tokens))
