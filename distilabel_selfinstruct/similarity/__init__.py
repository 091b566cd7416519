"""ROUGE-L similarity between instructions: tokenisers, the score, and the novelty index (paper, section 2.2)."""

from distilabel_selfinstruct.similarity.index import Neighbour, NoveltyIndex, Verdict
from distilabel_selfinstruct.similarity.rouge import rouge_l
from distilabel_selfinstruct.similarity.tokenizers import TOKENIZERS, Tokenizer, get_tokenizer

__all__ = ["TOKENIZERS", "Neighbour", "NoveltyIndex", "Tokenizer", "Verdict", "get_tokenizer", "rouge_l"]
