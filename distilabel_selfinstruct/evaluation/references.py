"""An answer against its references: exact match, ROUGE-1 and ROUGE-L, as Super-NaturalInstructions measures them.

ROUGE is the F measure of the package `rouge_score`. If a task has several references, the best score of each measure
counts (paper, section 4.3). Exact match is whether the answer equals a reference apart from case, ASCII punctuation and
extra white space.
"""

import os
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from distilabel_selfinstruct.evaluation.gpt2 import gpt2_tokenizer
from distilabel_selfinstruct.similarity import TOKENIZERS, Tokenizer

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


class Track(str, Enum):
    """What ROUGE compares.

    `DEFAULT`: stems of ASCII words. `XLINGUAL`: tokens of GPT-2, no stems. `UNICODE`: words of all scripts, no stems;
    it is ours, the other two are tracks of the reference.
    """

    DEFAULT = "default"
    XLINGUAL = "xlingual"
    UNICODE = "unicode"


@dataclass(frozen=True, slots=True)
class Measures:
    """An answer's scores, or means of such scores, each from 0 to 100."""

    exact_match: float = 0.0
    rouge1: float = 0.0
    rouge_l: float = 0.0


Measure = Callable[[str, Sequence[str]], Measures]
"""Scores of an answer against the best of its references."""


def measure_of(track: Track, tokenizer_path: str | os.PathLike[str] | None = None) -> Measure:
    """The function that scores answers in a track.

    Args:
        track: what is compared.
        tokenizer_path: the folder with the files of GPT-2, for `Track.XLINGUAL`.

    Raises:
        ConfigError: the track needs `tokenizer_path`, or the extra that reads it.
        InputFileError: the folder does not hold the tokenizer.
    """
    if track is Track.DEFAULT:
        scorer = _scorer(None)
    else:
        scorer = _scorer(gpt2_tokenizer(tokenizer_path) if track is Track.XLINGUAL else TOKENIZERS["unicode"])

    def measure(answer: str, references: Sequence[str]) -> Measures:
        scores = [scorer.score(reference, answer) for reference in references]
        return Measures(
            100.0 * exact_match(answer, references),
            100.0 * max(float(score["rouge1"].fmeasure) for score in scores),
            100.0 * max(float(score["rougeL"].fmeasure) for score in scores),
        )

    return measure


def _scorer(tokenizer: Tokenizer | None) -> Any:
    from rouge_score import rouge_scorer  # it imports nltk, which takes seconds

    package: Any = rouge_scorer  # its functions have no annotations
    return package.RougeScorer(
        ["rouge1", "rougeL"],
        use_stemmer=tokenizer is None,
        tokenizer=None if tokenizer is None else _PackageTokenizer(tokenizer),
    )


class _PackageTokenizer:
    """A tokenizer as an object, which `rouge_score` asks for."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenize = tokenizer


def exact_match(answer: str, references: Sequence[str]) -> bool:
    """Whether the answer equals a reference apart from case, ASCII punctuation and extra white space."""
    return _bare(answer) in {_bare(reference) for reference in references}


def _bare(text: str) -> str:
    return " ".join(text.lower().translate(_NO_PUNCTUATION).split())
