"""The tasks that are scored: their references and, for Super-NaturalInstructions, their name, category and example."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from typing_extensions import Unpack

from distilabel_selfinstruct.evaluation.definitions import TaskFacts, category_of, current_name, first_text
from distilabel_selfinstruct.evaluation.superni import SuperNISource, superni_source, superni_tasks
from distilabel_selfinstruct.evaluation.tasks import Task, open_answers, task_of
from distilabel_selfinstruct.reading import OptionNames, ReadingArguments, ReadRow, RowSource, SkippedRow, Source
from distilabel_selfinstruct.reading.columns import lookup
from distilabel_selfinstruct.reading.values import nested, texts_of
from distilabel_selfinstruct.records import Row


@dataclass(frozen=True, slots=True)
class ScoredTask:
    """An instance of a task. `id` is empty unless the row has one of its own; so are `name` and `category`.

    `instruction`, `input` and `references` are as they stand in the file. `facts` are known for tasks of
    Super-NaturalInstructions. `prompt` is what a model was asked, in rows of `predict`.
    """

    task: Task
    instruction: str
    input: str
    references: tuple[str, ...]
    id: str = ""
    name: str = ""
    category: str = ""
    facts: TaskFacts | None = None
    prompt: str = ""


def read_scored(
    source: Source,
    column: str | None = None,
    definitions: Mapping[str, TaskFacts] | None = None,
    *,
    unscored: bool = False,
    names: OptionNames | None = None,
    **reading: Unpack[ReadingArguments],
) -> tuple[list[ScoredTask], tuple[SkippedRow, ...]]:
    """The tasks with references, in the order of the rows, and the rows that were left out.

    Tasks of Super-NaturalInstructions are read as `superni_tasks` says where `source` names them (see
    `superni_source`). Elsewhere, rows with an id of their own are instances, each scored, and rows of the same task
    without one add up their references.

    Args:
        source: rows with a reference or a list of them under `references` or, in files without that column, under what
            the reader takes for the output; or rows in the form of seed tasks.
        column: the column of the references.
        definitions: what is known of the tasks that the column `task` names.
        unscored: keep tasks without a reference too.
        names: what messages call the options.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        InputFileError: the source cannot be read, lacks a column, or has no row that can be used.
    """
    found_there = superni_source(source)
    if found_there is not None:
        return list(_of_superni(found_there)), ()
    rows = open_answers(source, column, reading, others=("references",), unscored=unscored, names=names)
    named = rows.has("references") and column is None
    found: list[ScoredTask] = []
    for read in rows.read(several=True):
        scored = (_scored(rows, read, row, definitions or {}, named=named, unscored=unscored) for row in read.rows)
        found.extend(one for one in scored if one is not None)
    rows.require_usable(len(found))
    return _merged(found), tuple(rows.skipped)


def _scored(
    rows: RowSource,
    read: ReadRow,
    row: Row,
    definitions: Mapping[str, TaskFacts],
    *,
    named: bool,
    unscored: bool,
) -> ScoredTask | None:
    name = current_name(first_text(lookup(row, "task")))
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
    if task is None or (given is None and not unscored):
        rows.skip(read, "has no instruction" if task is None else "has no reference")
        return None
    asked = lookup(row, "prompt")
    return ScoredTask(
        task=task,
        instruction=row["instruction"],
        input=row.get("input") or "",
        references=() if given is None else tuple(given if isinstance(given, list) else [given]),
        id=first_text(lookup(row, "id")),
        name=name,
        category=category_of(lookup(row, "category") or lookup(row, "Categories")) or (facts.category if facts else ""),
        facts=facts,
        prompt=asked if isinstance(asked, str) and rows.recognized.columns.get("instruction") != "prompt" else "",
    )


def _of_superni(source: SuperNISource) -> Iterator[ScoredTask]:
    for task in superni_tasks(source):
        for one in task.instances:
            given = {"instruction": task.facts.instruction, "input": one.input}
            yield ScoredTask(
                task=task_of(given) or ("", ""),
                instruction=task.facts.instruction,
                input=one.input,
                references=one.references,
                id=one.id,
                name=task.name,
                category=task.facts.category,
                facts=task.facts,
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
