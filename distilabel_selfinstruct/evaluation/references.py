"""Answers against references: ROUGE-L and exact match, as in the paper's evaluation on Super-NaturalInstructions.

ROUGE-L is the F measure of the package `rouge_score` with its stemmer. If a task has several references, the best score
counts (paper, section 4.3). Exact match is the share of answers that equal a reference apart from case, ASCII
punctuation and extra white space.
"""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from distilabel_selfinstruct.evaluation.tasks import Task
from distilabel_selfinstruct.similarity import Tokenizer

RougeL = Callable[[str, Sequence[str]], float]
"""ROUGE-L of an answer against the best of its references, from 0 to 1."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the tasks that have an answer and a reference, from 0 to 1; None when there is no such task.

    `num_unanswered` counts tasks with a reference but no answer, `num_unknown` answers without a reference.
    """

    num_tasks: int
    rouge_l: float | None
    exact_match: float | None
    num_unanswered: int = 0
    num_unknown: int = 0


def score(
    answers: Mapping[Task, str], references: Mapping[Task, Sequence[str]], tokenizer: Tokenizer | None = None
) -> Scores:
    """Score the answers. Tasks without an answer are counted, but are not in the means.

    Args:
        answers: an answer to each task.
        references: one or more for each task.
        tokenizer: the tokenizer of ROUGE-L. The default is the package's own with its stemmer, which sees only ASCII
            letters and digits.
    """
    tasks = [task for task in references if task in answers]
    rouge_l = rouge_l_scorer(tokenizer)
    return Scores(
        num_tasks=len(tasks),
        rouge_l=fmean(rouge_l(answers[task], references[task]) for task in tasks) if tasks else None,
        exact_match=fmean(exact_match(answers[task], references[task]) for task in tasks) if tasks else None,
        num_unanswered=len(references) - len(tasks),
        num_unknown=len(answers) - len(tasks),
    )


def rouge_l_scorer(tokenizer: Tokenizer | None = None) -> RougeL:
    """A function that measures ROUGE-L with the package: with its tokenizer and stemmer, or with another tokenizer."""
    from rouge_score import rouge_scorer  # it imports nltk, which takes seconds

    package: Any = rouge_scorer  # its functions have no annotations
    scorer = package.RougeScorer(
        ["rougeL"], use_stemmer=tokenizer is None, tokenizer=None if tokenizer is None else _PackageTokenizer(tokenizer)
    )

    def rouge_l(answer: str, references: Sequence[str]) -> float:
        return max(float(scorer.score(reference, answer)["rougeL"].fmeasure) for reference in references)

    return rouge_l


class _PackageTokenizer:
    """A tokenizer as an object, which `rouge_score` asks for."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenize = tokenizer


def exact_match(answer: str, references: Sequence[str]) -> bool:
    """Whether the answer equals a reference apart from case, ASCII punctuation and extra white space."""
    return _bare(answer) in {_bare(reference) for reference in references}


def _bare(text: str) -> str:
    return " ".join(text.lower().translate(_NO_PUNCTUATION).split())
