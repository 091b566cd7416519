"""ROUGE-L similarity between instructions: tokenizers, score, novelty index (paper, section 2.2)."""

from distilabel_selfinstruct.similarity.batch import FilteredText, filter_texts
from distilabel_selfinstruct.similarity.novelty_index import Neighbor, NoveltyIndex, NoveltyResult, SimilaritySummary
from distilabel_selfinstruct.similarity.rouge import rouge_l
from distilabel_selfinstruct.similarity.tokenizers import (
    TOKENIZERS,
    Tokenizer,
    TokenizerChoice,
    get_tokenizer,
    resolve_tokenizer,
)

__all__ = [
    "TOKENIZERS",
    "FilteredText",
    "Neighbor",
    "NoveltyIndex",
    "NoveltyResult",
    "SimilaritySummary",
    "Tokenizer",
    "TokenizerChoice",
    "filter_texts",
    "get_tokenizer",
    "resolve_tokenizer",
    "rouge_l",
]
