"""Scores of models' answers against references (paper, section 4.3)."""

from distilabel_selfinstruct.evaluation.answer_files import MissingAnswers, evaluate
from distilabel_selfinstruct.evaluation.answers import AnswerFacts, Baseline
from distilabel_selfinstruct.evaluation.cuts import Cut
from distilabel_selfinstruct.evaluation.metrics import Metrics
from distilabel_selfinstruct.evaluation.references import Measures, Track, exact_match, measure_of
from distilabel_selfinstruct.evaluation.scored_tasks import ScoredTask, read_scored
from distilabel_selfinstruct.evaluation.scores import Evaluation, FileScores
from distilabel_selfinstruct.evaluation.superni import SuperNISource, superni_source, superni_tasks
from distilabel_selfinstruct.evaluation.task_prompts import PromptOptions, TaskPrompt, task_prompts
from distilabel_selfinstruct.evaluation.tasks import Joined, Task, answers_of, join

__all__ = [
    "AnswerFacts",
    "Baseline",
    "Cut",
    "Evaluation",
    "FileScores",
    "Joined",
    "Measures",
    "Metrics",
    "MissingAnswers",
    "PromptOptions",
    "ScoredTask",
    "SuperNISource",
    "Task",
    "TaskPrompt",
    "Track",
    "answers_of",
    "evaluate",
    "exact_match",
    "join",
    "measure_of",
    "read_scored",
    "superni_source",
    "superni_tasks",
    "task_prompts",
]
