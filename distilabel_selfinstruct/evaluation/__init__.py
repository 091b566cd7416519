"""How good the answers of models are: against references, and in the letters that people gave them.

Neither needs a server: the ratings may come from anywhere that `ratings.Rating` can.
"""

from distilabel_selfinstruct.evaluation.letters import Comparison, ModelResult, PairResult, Share, compare
from distilabel_selfinstruct.evaluation.references import Scores, Tokenizer, exact_match, rouge_l_scorer, score
from distilabel_selfinstruct.evaluation.tasks import Joined, Task, answers_of, join, references_of

__all__ = [
    "Comparison",
    "Joined",
    "ModelResult",
    "PairResult",
    "Scores",
    "Share",
    "Task",
    "Tokenizer",
    "answers_of",
    "compare",
    "exact_match",
    "join",
    "references_of",
    "rouge_l_scorer",
    "score",
]
