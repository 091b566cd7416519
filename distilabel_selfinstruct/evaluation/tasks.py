"""Answers to the same tasks, joined from several files. A task is its instruction and its input.

White space around a text and the kind of its line ends do not count. In tasks each file writes them a little
differently; in answers they would show which model wrote them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from distilabel_selfinstruct.errors import InputFileError

Task = tuple[str, str]
"""Instruction and input. The input is empty for a task without one."""

MAX_SHOWN = 40
"""Characters of a wrong value that an error message shows."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The tasks that are compared, in the order in which they first occur in the files.

    `missing` counts by model the tasks that it does not answer and others do. `num_left_out` counts the tasks that are
    not compared because a model does not answer them.
    """

    tasks: tuple[Task, ...]
    missing: Mapping[str, int]
    num_left_out: int


def answers_of(rows: Iterable[Mapping[str, Any]], column: str = "output", source: str = "") -> dict[Task, str]:
    """The answer to each task, in the order of the rows. A row whose answer is None is skipped.

    Args:
        rows: rows with `instruction`, `input` (optional) and the answer.
        column: the column of the answers.
        source: the file of the rows, for errors.

    Raises:
        InputFileError: an instruction or an answer is not a text, or two rows answer the same task differently.
    """
    answers: dict[Task, str] = {}
    row_of: dict[Task, int] = {}
    for number, row in enumerate(rows, 1):
        location = _Location(source, number)
        task = _task(row, location)
        if column not in row:
            known = ", ".join(map(str, row))
            location.refuse(f"has no column {column!r} (there is {known}): name it with `column`.")
        if row[column] is None:
            continue
        answer = _text(row[column], column, location)
        if answers.setdefault(task, answer) != answer:
            location.refuse(f"answers the same task as row {row_of[task]}, and differently: keep one.")
        row_of.setdefault(task, number)
    return answers


def references_of(
    rows: Iterable[Mapping[str, Any]], column: str = "output", source: str = ""
) -> dict[Task, tuple[str, ...]]:
    """The reference answers to each task. Several rows of a task add up.

    Args:
        rows: rows with `instruction`, `input` (optional) and a reference or a list of them, or rows in the form of seed
            tasks, with `instances` that have `input` and `output`.
        column: the column of the references.
        source: the file of the rows, for errors.

    Raises:
        InputFileError: an instruction or a reference is not a text.
    """
    references: dict[Task, dict[str, None]] = {}
    for number, row in enumerate(rows, 1):
        location = _Location(source, number)
        for instance in _instances(row, column, location):
            given = instance.get(column)
            texts = given if isinstance(given, list) else [given]
            known = references.setdefault(_task(instance, location), {})
            known.update(dict.fromkeys(_text(text, column, location) for text in texts))
    return {task: tuple(texts) for task, texts in references.items()}


def join(answers: Mapping[str, Mapping[Task, str]], *, incomplete: bool = False) -> Joined:
    """The tasks that all models answer or, with `incomplete`, that any of them answers."""
    every = list(dict.fromkeys(task for given in answers.values() for task in given))
    by_all = [task for task in every if all(task in given for given in answers.values())]
    return Joined(
        tasks=tuple(every if incomplete else by_all),
        missing={model: sum(task not in given for task in every) for model, given in answers.items()},
        num_left_out=0 if incomplete else len(every) - len(by_all),
    )


@dataclass(frozen=True, slots=True)
class _Location:
    """A row of a source, for errors. Rows are counted from 1."""

    source: str
    number: int

    def refuse(self, fault: str) -> NoReturn:
        name = f"{self.source}, row {self.number}," if self.source else f"Row {self.number}"
        raise InputFileError(f"{name} {fault}", self.source)


def _instances(row: Mapping[str, Any], column: str, location: _Location) -> Iterator[Mapping[str, Any]]:
    if column in row:
        yield row
        return
    instances = row.get("instances")
    if not isinstance(instances, Sequence) or isinstance(instances, str):
        location.refuse(f"has neither {column!r} nor 'instances': give rows with a reference.")
    for instance in instances:
        if not isinstance(instance, Mapping):
            location.refuse(f"has {_shown(instance)} among its 'instances' and must have objects there.")
        # In the files of the paper it is `output`, whatever the column of the answers is.
        yield {"instruction": row.get("instruction"), "input": instance.get("input"), column: instance.get("output")}


def _task(row: Mapping[str, Any], location: _Location) -> Task:
    return _text(row.get("instruction"), "instruction", location), _text(row.get("input") or "", "input", location)


def _text(value: Any, column: str, location: _Location) -> str:
    if not isinstance(value, str):
        location.refuse(f"has {_shown(value)} under {column!r} and must have a text there.")
    return value.replace("\r\n", "\n").strip()


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
