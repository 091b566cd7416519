"""The tasks that are scored: their references and, for Super-NaturalInstructions, their name, category and example."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from typing_extensions import Unpack

from distilabel_selfinstruct.evaluation.tasks import Task, open_answers, task_of
from distilabel_selfinstruct.reading import ReadingArguments, ReadRow, RowSource, SkippedRow, Source, open_rows
from distilabel_selfinstruct.reading.columns import lookup
from distilabel_selfinstruct.reading.options import ReadOptions
from distilabel_selfinstruct.reading.values import nested, texts_of
from distilabel_selfinstruct.records import Row

_RENAMED = dict.fromkeys(
    ("task121_atomic_question_rewriting", "task121_zest_question_rewriting"), "task121_zest_text_modification"
)
"""Old predictions and old splits call a task otherwise than its file is called."""


@dataclass(frozen=True, slots=True)
class ScoredTask:
    """An instance of a task. `id` is empty unless the row has one of its own; so are `name` and `category`.

    `input` and `references` are as they stand in the file. `demo` is the output of the task's first positive example.
    """

    task: Task
    input: str
    references: tuple[str, ...]
    id: str = ""
    name: str = ""
    category: str = ""
    demo: str | None = None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a file of task definitions says of a task."""

    instruction: str
    category: str
    demo: str | None


def read_definitions(source: Source, **reading: Unpack[ReadingArguments]) -> dict[str, TaskFacts]:
    """Definitions of tasks, by their names: rows with `Task`, `Definition`, `Categories` and `Positive Examples`.

    Raises:
        InputFileError: the source cannot be read, or has no row that can be used.
    """
    rows = open_rows(source, replace(ReadOptions(**reading), columns=None), quiet=True)
    found: dict[str, TaskFacts] = {}
    for read in rows.originals():
        original = read.original if isinstance(read.original, dict) else {}
        name, definition = _first(lookup(original, "Task")), _first(lookup(original, "Definition"))
        if not name or not definition:
            rows.skip(read, "has no Task and Definition")
            continue
        examples = nested(lookup(original, "Positive Examples"))
        example = examples[0] if isinstance(examples, list) and examples else None
        demo = example.get("output") if isinstance(example, Mapping) else None
        found[_renamed(name)] = TaskFacts(
            definition, _category(lookup(original, "Categories")), demo if isinstance(demo, str) else None
        )
    rows.require_usable(len(found))
    return found


def read_scored(
    source: Source,
    column: str | None = None,
    definitions: Mapping[str, TaskFacts] | None = None,
    **reading: Unpack[ReadingArguments],
) -> tuple[list[ScoredTask], tuple[SkippedRow, ...]]:
    """The tasks with references, in the order of the rows, and the rows that were left out.

    Rows with an id of their own are instances, each scored. Rows of the same task without one add up their references.

    Args:
        source: rows with a reference or a list of them under `references` or, in files without that column, under what
            the reader takes for the output; or rows in the form of seed tasks.
        column: the column of the references.
        definitions: what is known of the tasks that the column `task` names.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        InputFileError: the source cannot be read, lacks a column, or has no row that can be used.
    """
    rows = open_answers(source, column, reading, others=("references",))
    named = rows.has("references") and column is None
    found: list[ScoredTask] = []
    for read in rows.read(several=True):
        scored = (_scored(rows, read, row, definitions or {}, named=named) for row in read.rows)
        found.extend(one for one in scored if one is not None)
    rows.require_usable(len(found))
    return _merged(found), tuple(rows.skipped)


def _scored(
    rows: RowSource, read: ReadRow, row: Row, definitions: Mapping[str, TaskFacts], *, named: bool
) -> ScoredTask | None:
    name = _renamed(_first(lookup(row, "task")))
    facts = definitions.get(name)
    if facts and rows.recognized.columns.get("instruction", "").casefold() == "input":
        row = {**row, "input": row["instruction"], "instruction": ""}  # the reader saw no other instruction
    if facts and not row.get("instruction"):
        row = {**row, "instruction": facts.instruction}
    try:
        given = texts_of(nested(lookup(row, "references"))) if named else row.get("output")
    except ValueError as error:
        rows.skip(read, f"has under 'references' what {error}")
        return None
    task = task_of(row)
    if task is None or given is None:
        rows.skip(read, "has no instruction" if task is None else "has no reference")
        return None
    return ScoredTask(
        task=task,
        input=row.get("input") or "",
        references=tuple(given if isinstance(given, list) else [given]),
        id=_first(lookup(row, "id")),
        name=name,
        category=_category(lookup(row, "category") or lookup(row, "Categories")) or (facts.category if facts else ""),
        demo=facts.demo if facts else None,
    )


def _merged(found: list[ScoredTask]) -> list[ScoredTask]:
    shared = {id_ for id_, count in Counter(one.id for one in found).items() if count > 1}
    merged: dict[Any, ScoredTask] = {}
    for one in found:
        own = one if one.id and one.id not in shared else replace(one, id="")
        key = own.id or own.task
        before = merged.get(key)
        texts = (*(before.references if before else ()), *own.references)
        merged[key] = replace(before or own, references=tuple(dict.fromkeys(texts)))
    return list(merged.values())


def _renamed(name: str) -> str:
    return _RENAMED.get(name, name)


def _category(value: object) -> str:
    return "_".join(_first(value).lower().split())


def _first(value: object) -> str:
    value = nested(value)
    if isinstance(value, list):
        value = value[0] if value else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
