"""Faults of a model's answers, counted from the rows of the journals."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from distilabel_selfinstruct.analysis.quality import Hint, QualityWatch
from distilabel_selfinstruct.errors import JournalError, reading
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.completions import completion_of
from distilabel_selfinstruct.records import Completion, Reason, Row, Stage


def count_completion(watch: QualityWatch, stage: Stage, completion: Completion) -> None:
    """Count an answer, or a failure."""
    if completion.text is None:
        watch.failure(stage, completion.error)
    else:
        watch.answer(stage, completion.text, truncated=completion.truncated)


def count_rejection(watch: QualityWatch, stage: Stage, row: Row) -> None:
    """Count what was dropped."""
    watch.rejection(stage, Reason(row["reason"]), row["detail"], row["request"])


def count_results(watch: QualityWatch, stage: Stage, rows: Iterable[Row]) -> None:
    """Count what a stage has finished."""
    if stage is Stage.INSTRUCTION_GENERATION:
        watch.admitted(sum(1 for _ in rows))
    elif stage is Stage.CLASSIFICATION:
        for row in rows:
            if row["is_classification"] is not None:
                watch.verdict(is_classification=row["is_classification"])


def read_faults(state: Path, *, classification_only: bool = False) -> list[Hint]:
    """The faults of a run that are worth telling. Lines that cannot be read are left out.

    Args:
        state: the folder of the journals.
        classification_only: the run asks for classification tasks only.

    Raises:
        JournalError: a journal cannot be read.
    """
    watch = QualityWatch(classification_only=classification_only)
    for stage in Stage:
        folder = state / stage.value
        for row in _rows(folder / COMPLETIONS, "text"):
            count_completion(watch, stage, completion_of(row))
        for row in _rows(folder / STEP_REJECTIONS, "reason", "detail", "request"):
            count_rejection(watch, stage, row)
        needed = ("is_classification",) if stage is Stage.CLASSIFICATION else ()
        count_results(watch, stage, _rows(folder / STEP_RESULTS, *needed))
    return watch.hints()


def _rows(path: Path, *needed: str) -> Iterator[Row]:
    if not path.exists():
        return
    with reading(path, JournalError), path.open("rb") as stream:
        for line in stream:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and all(name in row for name in needed):
                yield row
