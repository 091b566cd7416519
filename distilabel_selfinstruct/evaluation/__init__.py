"""How good the answers of models are, scored against references (paper, section 4.3)."""

from distilabel_selfinstruct.evaluation.references import Scores, Tokenizer, exact_match, rouge_l_scorer, score
from distilabel_selfinstruct.evaluation.tasks import Joined, Task, answers_of, join, references_of

__all__ = [
    "Joined",
    "Scores",
    "Task",
    "Tokenizer",
    "answers_of",
    "exact_match",
    "join",
    "references_of",
    "rouge_l_scorer",
    "score",
]
