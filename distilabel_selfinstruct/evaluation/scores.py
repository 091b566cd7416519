"""What scoring found: the figures of each file of answers, and how far two of them are apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.evaluation.answers import AnswerFacts
from distilabel_selfinstruct.evaluation.metrics import Metrics
from distilabel_selfinstruct.evaluation.references import Track
from distilabel_selfinstruct.evaluation.resampling import Interval
from distilabel_selfinstruct.reading import SkippedRow, stem

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class FileScores:
    """The scores of one file of answers, or of a baseline.

    `num_unanswered` counts tasks without an answer, `num_unknown` answers without a reference; those are in no mean.
    `intervals` are those of the overall ROUGE-L and exact match, under `rougeL` and `exact_match`; `differences` those
    of the same less the first file's. Both are from 0 to 100. `answers` describes the answers as they are, before a
    cut; None for a baseline. `skipped` are the rows that could not be used.
    """

    file: str
    metrics: Metrics
    num_unanswered: int
    num_unknown: int
    intervals: Mapping[str, Interval]
    differences: Mapping[str, Interval] = field(default_factory=dict)
    answers: AnswerFacts | None = None
    skipped: tuple[SkippedRow, ...] = ()

    @property
    def is_baseline(self) -> bool:
        """Whether the answers are those of no model."""
        return self.answers is None

    def to_json(self, first: str) -> dict[str, Any]:
        """The figures, rounded to four decimals: of a baseline those of the reference alone, of a model more.

        Args:
            first: the label of the first file, from which the differences are.
        """
        figures = self.metrics.to_json()
        if self.answers is None:
            return figures
        known = self.answers
        figures["answers"] = {
            "answered": known.num_answers,
            "unanswered": self.num_unanswered,
            "empty": known.num_empty,
            "ended": None if known.ended is None else round(known.ended, _DIGITS),
            "mean_tokens": None if known.mean_tokens is None else round(known.mean_tokens, _DIGITS),
            "mean_words": round(known.mean_words, _DIGITS),
        }
        figures["intervals"] = {name: _bounds(interval) for name, interval in self.intervals.items()}
        if self.differences:
            found = {name: _bounds(one, difference=one.value) for name, one in self.differences.items()}
            figures["differences"] = {"from": first, **found}
        return figures


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of all files in the order given, then of the baselines. `num_tasks` counts tasks with references.

    `skipped` are the rows of the references that could not be used.
    """

    num_tasks: int
    files: tuple[FileScores, ...]
    skipped: tuple[SkippedRow, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each of `files`: that of the file without its folder, unless two are alike."""
        stems = [stem(Path(scores.file)) for scores in self.files]
        return tuple(
            short if stems.count(short) == 1 else scores.file for short, scores in zip(stems, self.files, strict=True)
        )

    def to_json(self) -> dict[str, Any]:
        """The figures by label, with the keys of the reference. Outside the default track, labels end in the track."""
        result = {}
        for label, scores in zip(self.labels, self.files, strict=True):
            track = scores.metrics.track
            suffix = "" if track is Track.DEFAULT else f"_{track.value}"
            result[f"{label}{suffix}"] = scores.to_json(self.labels[0])
        return result


def _bounds(interval: Interval, **more: float) -> dict[str, float]:
    figures = {**more, "low": interval.low, "high": interval.high}
    return {**{name: round(figure, _DIGITS) for name, figure in figures.items()}, "units": interval.num_units}
