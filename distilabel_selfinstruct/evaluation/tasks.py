"""Answers to the same tasks, joined from several files. A task is its instruction and its input.

White space around a text and the kind of its line ends do not count. In tasks each file writes them a little
differently; in answers they would show which model wrote them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from typing_extensions import Unpack

from distilabel_selfinstruct.reading import (
    ReadingArguments,
    ReadOptions,
    RowSource,
    Shape,
    SkippedRow,
    Source,
    open_rows,
)
from distilabel_selfinstruct.records import Row

Task = tuple[str, str]
"""Instruction and input. The input is empty for a task without one."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The tasks that are compared, in the order in which they first occur in the files.

    `missing` counts by model the tasks that it does not answer and others do. `num_left_out` counts the tasks that are
    not compared because a model does not answer them.
    """

    tasks: tuple[Task, ...]
    missing: Mapping[str, int]
    num_left_out: int


def answers_of(
    source: Source, column: str | None = None, **reading: Unpack[ReadingArguments]
) -> tuple[dict[Task, str], tuple[SkippedRow, ...]]:
    """The answer to each task, in the order of the rows, and the rows that were left out.

    A row without an answer is skipped in silence. A row that answers a task differently from one before is left out.

    Args:
        source: rows with an instruction, an input (optional) and an answer, or where they are.
        column: the column of the answers. By default it is what the reader takes for the output.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        InputFileError: the source cannot be read, lacks a column, or has no row that can be used.
    """
    rows = _open(source, column, reading)
    answers: dict[Task, str] = {}
    location_of: dict[Task, str] = {}
    for read in rows.read():
        for row in read.rows:
            task = _task(row)
            answer = row.get("output")
            if task is None:
                rows.skip(read, "has no instruction")
            elif answer is not None and answers.setdefault(task, _even(answer)) != _even(answer):
                rows.skip(read, f"answers the same task as {location_of[task]}, and differently")
            elif answer is not None:
                location_of.setdefault(task, read.location)
    rows.require_usable(len(answers))
    return answers, tuple(rows.skipped)


def references_of(
    source: Source, column: str | None = None, **reading: Unpack[ReadingArguments]
) -> tuple[dict[Task, tuple[str, ...]], tuple[SkippedRow, ...]]:
    """The reference answers to each task, and the rows that were left out. Several rows of a task add up.

    Args:
        source: rows with an instruction, an input (optional) and a reference or a list of them, or rows in the form of
            seed tasks, with `instances` that have `input` and `output`; or where they are.
        column: the column of the references. By default it is what the reader takes for the output.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        InputFileError: the source cannot be read, lacks a column, or has no row that can be used.
    """
    rows = _open(source, column, reading)
    references: dict[Task, dict[str, None]] = {}
    for read in rows.read(several=True):
        for row in read.rows:
            task, given = _task(row), row.get("output")
            if task is None or given is None:
                rows.skip(read, "has no instruction" if task is None else "has no reference")
                continue
            texts = given if isinstance(given, list) else [given]
            references.setdefault(task, {}).update(dict.fromkeys(map(_even, texts)))
    rows.require_usable(len(references))
    return {task: tuple(texts) for task, texts in references.items()}, tuple(rows.skipped)


def join(answers: Mapping[str, Mapping[Task, str]], *, incomplete: bool = False) -> Joined:
    """The tasks that all models answer or, with `incomplete`, that any of them answers."""
    every = list(dict.fromkeys(task for given in answers.values() for task in given))
    by_all = [task for task in every if all(task in given for given in answers.values())]
    return Joined(
        tasks=tuple(every if incomplete else by_all),
        missing={model: sum(task not in given for task in every) for model, given in answers.items()},
        num_left_out=0 if incomplete else len(every) - len(by_all),
    )


def _open(source: Source, column: str | None, reading: ReadingArguments) -> RowSource:
    options = ReadOptions(**reading)
    if column is not None:
        options = replace(options, columns={**(options.columns or {}), "output": column})
    rows = open_rows(source, options)
    has_instances = rows.recognized.shape in {Shape.SEEDS, Shape.GENERATED_INSTANCES}
    return rows.require("instruction", *(() if has_instances else ("output",)))


def _task(row: Row) -> Task | None:
    instruction = _even(row.get("instruction") or "")
    return (instruction, _even(row.get("input") or "")) if instruction else None


def _even(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
