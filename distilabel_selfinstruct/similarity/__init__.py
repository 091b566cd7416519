"""ROUGE-L similarity between instructions: tokenisers, score, novelty index (paper, section 2.2)."""

from distilabel_selfinstruct.similarity.batch import Decision, filter_texts
from distilabel_selfinstruct.similarity.novelty_index import Comparison, Neighbour, NoveltyIndex, Verdict
from distilabel_selfinstruct.similarity.rouge import rouge_l
from distilabel_selfinstruct.similarity.tokenizers import TOKENIZERS, Tokenizer, get_tokenizer

__all__ = [
    "TOKENIZERS",
    "Comparison",
    "Decision",
    "Neighbour",
    "NoveltyIndex",
    "Tokenizer",
    "Verdict",
    "filter_texts",
    "get_tokenizer",
    "rouge_l",
]
