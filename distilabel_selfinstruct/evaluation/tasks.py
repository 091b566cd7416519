"""Answers to the same tasks, joined from several files. A task is its instruction and its input.

White space around a text and the kind of its line ends do not count. In tasks each file writes them a little
differently; in answers they would show which model wrote them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from typing_extensions import Unpack

from distilabel_selfinstruct.reading import (
    OptionNames,
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
    rows = open_answers(source, column, reading)
    answers: dict[Task, str] = {}
    location_of: dict[Task, str] = {}
    for read in rows.read():
        for row in read.rows:
            task = task_of(row)
            answer = row.get("output")
            if task is None:
                rows.skip(read, "has no instruction")
            elif answer is not None and answers.setdefault(task, _even(answer)) != _even(answer):
                rows.skip(read, f"answers the same task as {location_of[task]}, and differently")
            elif answer is not None:
                location_of.setdefault(task, read.location)
    rows.require_usable(len(answers))
    return answers, tuple(rows.skipped)


def join(answers: Mapping[str, Mapping[Task, str]], *, incomplete: bool = False) -> Joined:
    """The tasks that all models answer or, with `incomplete`, that any of them answers."""
    every = list(dict.fromkeys(task for given in answers.values() for task in given))
    by_all = [task for task in every if all(task in given for given in answers.values())]
    return Joined(
        tasks=tuple(every if incomplete else by_all),
        missing={model: sum(task not in given for task in every) for model, given in answers.items()},
        num_left_out=0 if incomplete else len(every) - len(by_all),
    )


def open_answers(
    source: Source,
    column: str | None,
    reading: ReadingArguments,
    *,
    others: Sequence[str] = (),
    unscored: bool = False,
    names: OptionNames | None = None,
) -> RowSource:
    """Rows with an instruction and an answer, or with one of the `others` in the place of what they lack.

    Args:
        source: where the rows are.
        column: the column of the answers. By default it is what the reader takes for the output.
        reading: how the rows are read.
        others: columns that do as well.
        unscored: an instruction is enough.
        names: what messages call the options.

    Raises:
        InputFileError: the source cannot be read, or lacks a column.
    """
    names = names or OptionNames()
    options = ReadOptions(**reading, names=replace(names, output=names.column))
    if column is not None:
        options = replace(options, columns={**(options.columns or {}), "output": column})
    rows = open_rows(source, options)
    if rows.recognized.shape in {Shape.SEEDS, Shape.GENERATED_INSTANCES}:
        return rows.require("instruction")
    if column is None and (unscored or ("references" in others and rows.has("references"))):
        return rows.require("instruction")
    return rows.require(*(() if "id" in others and rows.has("id") else ("instruction",)), "output")


def task_of(row: Row) -> Task | None:
    """The task of a row; None for a row without an instruction."""
    instruction = _even(row.get("instruction") or "")
    return (instruction, _even(row.get("input") or "")) if instruction else None


def _even(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
