"""Means over all answers, by category and by task, as `compute_metrics.py` of Super-NaturalInstructions has them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.evaluation.references import Measures, Track
from distilabel_selfinstruct.evaluation.scored_tasks import ScoredTask

_BY_EXACT_MATCH = {
    "textual_entailment",
    "cause_effect_classification",
    "coreference_resolution",
    "dialogue_act_recognition",
    "answerability_classification",
    "word_analogy",
}
"""Categories that report exact match. All others report ROUGE-L, and so do tasks without a category."""

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Metrics:
    """Means from 0 to 100, over instances, not rounded. Groups are in the order in which they first occur.

    `reported_per_category` and `reported_per_task` are the one measure that the category reports.
    """

    num_tasks: int
    track: Track
    overall: Measures
    per_category: Mapping[str, Measures]
    per_task: Mapping[str, Measures]
    reported_per_category: Mapping[str, tuple[str, float]]
    reported_per_task: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """The figures under the keys of the reference, rounded to four decimals."""
        return {
            "n": self.num_tasks,
            "track": self.track.value,
            "all": _named(self.overall),
            "per_category": _of_groups(self.per_category),
            "per_task": _of_groups(self.per_task),
            "reported_per_category": {
                f"{name}_for_{category}": round(value, _DIGITS)
                for category, (name, value) in self.reported_per_category.items()
            },
            "reported_per_task": {name: round(value, _DIGITS) for name, value in self.reported_per_task.items()},
        }


def metrics_of(scored: Sequence[tuple[ScoredTask, Measures]], track: Track) -> Metrics:
    """The means of scores. A task without a category or a name is in no such group."""
    by_category = _grouped(scored, lambda task: task.category)
    by_task = _grouped(scored, lambda task: task.name)
    category_of = {task.name: task.category for task, _ in scored}
    per_category = {name: _mean(group) for name, group in by_category.items()}
    per_task = {name: _mean(group) for name, group in by_task.items()}
    return Metrics(
        num_tasks=len(scored),
        track=track,
        overall=_mean([measures for _, measures in scored]),
        per_category=per_category,
        per_task=per_task,
        reported_per_category={name: _reported(measures, name) for name, measures in per_category.items()},
        reported_per_task={name: _reported(measures, category_of[name])[1] for name, measures in per_task.items()},
    )


def _grouped(
    scored: Iterable[tuple[ScoredTask, Measures]], name_of: Callable[[ScoredTask], str]
) -> dict[str, list[Measures]]:
    groups: dict[str, list[Measures]] = {}
    for task, measures in scored:
        if name := name_of(task):
            groups.setdefault(name, []).append(measures)
    return groups


def _mean(group: Sequence[Measures]) -> Measures:
    count = len(group) or 1
    return Measures(
        sum(one.exact_match for one in group) / count,
        sum(one.rouge1 for one in group) / count,
        sum(one.rouge_l for one in group) / count,
    )


def _reported(measures: Measures, category: str) -> tuple[str, float]:
    if category in _BY_EXACT_MATCH:
        return "exact_match", measures.exact_match
    return "rougeL", measures.rouge_l


def _named(measures: Measures, suffix: str = "") -> dict[str, float]:
    return {
        f"exact_match{suffix}": round(measures.exact_match, _DIGITS),
        f"rouge1{suffix}": round(measures.rouge1, _DIGITS),
        f"rougeL{suffix}": round(measures.rouge_l, _DIGITS),
    }


def _of_groups(groups: Mapping[str, Measures]) -> dict[str, float]:
    return {key: value for name, measures in groups.items() for key, value in _named(measures, f"_for_{name}").items()}
