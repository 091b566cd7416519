"""The tasks of a comparison, from their own file: the paper's 252, rows with references, or a file of predictions."""

from collections.abc import Mapping

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.evaluation import Task, read_scored
from distilabel_selfinstruct.reading import NO_OPTIONS, SkippedRow, Source


def references_of(source: Source) -> tuple[dict[Task, str], tuple[SkippedRow, ...]]:
    """The first reference of each task, in the order of the file, and the rows that were left out.

    Raises:
        InputFileError: the file cannot be read, or has no row that can be used.
    """
    tasks, skipped = read_scored(source, names=NO_OPTIONS)
    if not tasks:
        raise InputFileError(f"{source} holds no tasks: give rows with instructions and references.")
    return {task.task: next(iter(task.references), "") for task in tasks}, skipped


def only(answers: Mapping[Task, str], tasks: Mapping[Task, str], model: str) -> dict[Task, str]:
    """The answers to these tasks, in their order.

    Raises:
        InputFileError: the model answers none of them.
    """
    found = {task: answers[task] for task in tasks if task in answers}
    if not found:
        raise InputFileError(
            f"{model} answers none of the {len(tasks):,} tasks: instruction and input must be the same in both files."
        )
    return found
