"""Scores of models' answers against references (paper, section 4.3)."""

from distilabel_selfinstruct.evaluation.answer_files import Evaluation, FileScores, evaluate
from distilabel_selfinstruct.evaluation.references import Scores, exact_match, rouge_l_scorer, score
from distilabel_selfinstruct.evaluation.tasks import Joined, Task, answers_of, join, references_of

__all__ = [
    "Evaluation",
    "FileScores",
    "Joined",
    "Scores",
    "Task",
    "answers_of",
    "evaluate",
    "exact_match",
    "join",
    "references_of",
    "rouge_l_scorer",
    "score",
]
