"""Answers from different files to the same tasks, brought together. A task is its instruction and its input.

Whitespace at the ends of a text and the kind of its line ends count for nothing, neither in tasks, which every file
sets a little differently, nor in answers, where they would tell one model from another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.errors import InputFileError

Task = tuple[str, str]
"""Instruction and input; the input is empty where there is none."""

MAX_SHOWN = 40
"""Characters of a wrong value that an error message shows."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The tasks that are compared, in the order in which the files name them first.

    `missing` counts, by model, the tasks of the others that it does not answer; `num_left_out` counts the tasks that
    are not compared because somebody does not answer them.
    """

    tasks: tuple[Task, ...]
    missing: Mapping[str, int]
    num_left_out: int


def answers_of(rows: Iterable[Mapping[str, Any]], column: str = "output", source: str = "") -> dict[Task, str]:
    """The answer to each task, in the order of the rows. A row whose answer is None has none.

    Args:
        rows: rows with `instruction`, `input` (optional) and the answer.
        column: where the answer is.
        source: what the rows are called in an error.

    Raises:
        InputFileError: an instruction or an answer is no text, or two rows answer the same task differently.
    """
    answers: dict[Task, str] = {}
    places: dict[Task, int] = {}
    for number, row in enumerate(rows, 1):
        place = _place(source, number)
        task = _task(row, place)
        if column not in row:
            known = ", ".join(map(str, row))
            raise InputFileError(f"{place} has no column {column!r} (there is {known}): name it with --column.")
        if row[column] is None:
            continue
        answer = _text(row[column], column, place)
        if answers.setdefault(task, answer) != answer:
            raise InputFileError(f"{place} answers the same task as row {places[task]}, and differently: keep one.")
        places.setdefault(task, number)
    return answers


def references_of(
    rows: Iterable[Mapping[str, Any]], column: str = "output", source: str = ""
) -> dict[Task, tuple[str, ...]]:
    """The reference answers to each task; several rows of a task add up.

    Args:
        rows: rows with `instruction`, `input` (optional) and a reference or a list of them; or, in the form of seed
            tasks, with `instances` that have `input` and `output`.
        column: where the references are.
        source: what the rows are called in an error.

    Raises:
        InputFileError: an instruction or a reference is no text.
    """
    references: dict[Task, dict[str, None]] = {}
    for number, row in enumerate(rows, 1):
        place = _place(source, number)
        for one in _instances(row, column, place):
            given = one.get(column)
            texts = given if isinstance(given, list) else [given]
            known = references.setdefault(_task(one, place), {})
            known.update(dict.fromkeys(_text(text, column, place) for text in texts))
    return {task: tuple(texts) for task, texts in references.items()}


def join(answers: Mapping[str, Mapping[Task, str]], *, incomplete: bool = False) -> Joined:
    """The tasks that all models answer; with `incomplete` those that any of them answers."""
    every = list(dict.fromkeys(task for given in answers.values() for task in given))
    by_all = [task for task in every if all(task in given for given in answers.values())]
    return Joined(
        tasks=tuple(every if incomplete else by_all),
        missing={model: sum(task not in given for task in every) for model, given in answers.items()},
        num_left_out=0 if incomplete else len(every) - len(by_all),
    )


def _instances(row: Mapping[str, Any], column: str, place: str) -> Iterator[Mapping[str, Any]]:
    instances = row.get("instances")
    if column in row or not isinstance(instances, Sequence) or isinstance(instances, str):
        if column not in row:
            raise InputFileError(f"{place} has neither {column!r} nor 'instances': give rows with a reference.")
        yield row
        return
    for instance in instances:
        if not isinstance(instance, Mapping):
            raise InputFileError(f"{place} has {_shown(instance)} among its 'instances' and must have objects there.")
        # The files of the paper call it `output` there, whatever the answers are called elsewhere.
        yield {"instruction": row.get("instruction"), "input": instance.get("input"), column: instance.get("output")}


def _task(row: Mapping[str, Any], place: str) -> Task:
    return _text(row.get("instruction"), "instruction", place), _text(row.get("input") or "", "input", place)


def _text(value: Any, column: str, place: str) -> str:
    if not isinstance(value, str):
        raise InputFileError(f"{place} has {_shown(value)} under {column!r} and must have a text there.")
    return value.replace("\r\n", "\n").strip()


def _place(source: str, number: int) -> str:
    return f"{source}, row {number}," if source else f"Row {number}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
