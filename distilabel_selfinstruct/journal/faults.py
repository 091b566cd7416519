"""Faults of a model's answers, counted from the rows of the journals."""

from collections.abc import Iterable
from pathlib import Path

from distilabel_selfinstruct.analysis.quality import Hint, QualityWatch
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.completions import completion_of
from distilabel_selfinstruct.journal.replicas import readable_rows, replica_folders
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
        InputFileError: a journal cannot be read.
    """
    watch = QualityWatch(classification_only=classification_only)
    for stage in Stage:
        for folder in replica_folders(state, stage.value):
            for row in readable_rows(folder / COMPLETIONS):
                count_completion(watch, stage, completion_of(row))
            for row in readable_rows(folder / STEP_REJECTIONS):
                count_rejection(watch, stage, row)
            count_results(watch, stage, readable_rows(folder / STEP_RESULTS))
    return watch.hints()
