"""Seed tasks: the 175 that come with the package, the paper's released file, or a user's own (paper, section 2.1).

A seed file is best JSON Lines; each line holds `id`, `instruction`, `instances` (a list of `{"input", "output"}`),
`is_classification`, and optionally `name`. Other formats are read too, and flat rows with an instruction, an input and
an output.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import Literal

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import InputFileError, MissingColumnError, SeedTaskError
from distilabel_selfinstruct.errors import reading as reading_file
from distilabel_selfinstruct.files.jsonl import json_kind
from distilabel_selfinstruct.languages import find_pack
from distilabel_selfinstruct.parsing.filters.placeholders import without_placeholder
from distilabel_selfinstruct.reading import (
    NO_OPTIONS,
    OptionNames,
    ReadingArguments,
    ReadOptions,
    RowSource,
    open_rows,
)
from distilabel_selfinstruct.reading.values import objects_of
from distilabel_selfinstruct.records import Instance, Row, SeedTask
from distilabel_selfinstruct.task_types import read_task_type

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class SeedFinding:
    """Something to repair in a seed file. `line` is 0 for the whole file; `field` is empty for a whole line."""

    line: int
    field: str
    severity: Severity
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SeedLine:
    """A line of a seed file, or a row of one without lines: its task if it could be read, and what is wrong with it."""

    number: int
    task: SeedTask | None
    findings: tuple[SeedFinding, ...]
    unit: str = "line"


def packaged_seeds_path(language: str = "en") -> Path:
    """The path of the seed file of a language: of the packaged pack of a BCP-47 tag, or of the pack in a folder.

    Raises:
        SeedTaskError: the language has none.
    """
    pack = find_pack(language)
    if pack is None or not pack.seed_file.is_file():
        raise SeedTaskError(f"There are no seed tasks for the language {language!r}: name a file with `seed_tasks`.")
    return pack.seed_file


@checks_arguments
def load_seed_tasks(path: str | os.PathLike[str] | None = None, language: str = "en") -> tuple[SeedTask, ...]:
    """The seed tasks of a file, in order. Without a path they are those of the language.

    Raises:
        ConfigError: an argument has the wrong type.
        SeedTaskError: the language has no seed tasks, the file cannot be opened or is empty, or one of its rows is
            not a seed task. The message names the first fault with its place and field, and the number of faults.
    """
    source = packaged_seeds_path(language) if path is None else Path(path)
    try:
        lines = scan_seed_tasks(source, language, names=NO_OPTIONS)
    except MissingColumnError as error:
        remedy = f"convert it with selfinstruct seeds convert {source} --map instruction=COLUMN,..."
        raise SeedTaskError(f"{error.fault}: {remedy}", source) from error
    except InputFileError as error:
        raise SeedTaskError(str(error), source) from error
    faults = [(line, finding) for line in lines for finding in line.findings if finding.severity == "error"]
    if faults:
        line, first = faults[0]
        more = f" ({len(faults) - 1} more: selfinstruct seeds check {source})" if len(faults) > 1 else ""
        field = f", field {first.field}" if first.field else ""
        location = f"{source}, {line.unit} {first.line}{field}"
        raise SeedTaskError(f"{location}: {first.message}. {first.remedy}{more}", source)
    if not lines:
        raise SeedTaskError(f"{source} holds no seed tasks: put one JSON object on each line.", source)
    return tuple(line.task for line in lines if line.task)


def seed_row(task: SeedTask) -> Row:
    """A seed task as a row of a seed file."""
    instances = [{"input": instance.input, "output": instance.output} for instance in task.instances]
    row: Row = {"id": task.id, "name": task.name, "instruction": task.instruction, "instances": instances}
    return {**row, "is_classification": task.is_classification}


def scan_seed_tasks(
    path: str | os.PathLike[str],
    language: str = "en",
    *,
    names: OptionNames | None = None,
    **reading: Unpack[ReadingArguments],
) -> list[SeedLine]:
    """Every row of a seed file, with the faults of its form: unreadable, missing or mistyped fields, repeated ids.

    Rows without `instances` are flat seeds: an instruction, an input and an output in each. Those with the same
    instruction are one task. They need no id, and are no classification tasks unless they say so.

    Args:
        path: the file (see `reading.open_rows`).
        language: of the tasks, a BCP-47 tag or the folder of a pack: an input may say that there is none.
        names: what messages call the options.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        InputFileError: the file cannot be opened, or no column holds the instructions.
    """
    with reading_file(path):
        Path(path).stat()  # a name on the Hub is no seed file
    rows = open_rows(path, ReadOptions(**reading, names=names or OptionNames()))
    if not rows.has("id") and not rows.has("instances"):
        rows.require("instruction")
    is_flat = "output" in rows.recognized.columns or "conversations" in rows.recognized.columns
    tasks = _flat_tasks if is_flat and not rows.has("instances") else _whole_tasks
    return list(tasks(rows, language))


def _whole_tasks(rows: RowSource, language: str) -> Iterator[SeedLine]:
    first_line_of: dict[str, int] = {}
    for raw in rows.raw():
        fault = raw.fault or ("" if isinstance(raw.value, dict) else f"holds {json_kind(raw.value)}")
        if fault:
            yield _unreadable(rows.unit, raw.number, fault)
            continue
        row = _even(raw.value)
        findings = list(_shape_findings(raw.number, row))
        identifier = row.get("id")
        if isinstance(identifier, str) and identifier:
            seen = first_line_of.setdefault(identifier, raw.number)
            if seen != raw.number:
                message = f"the id {identifier!r} was used on {rows.unit} {seen}"
                findings.append(SeedFinding(raw.number, "id", "error", message, "Give each task an id of its own."))
        broken = any(finding.severity == "error" for finding in findings)
        yield SeedLine(raw.number, None if broken else _seed_task(row, language), tuple(findings), rows.unit)


def _flat_tasks(rows: RowSource, language: str) -> Iterator[SeedLine]:
    tasks: dict[str, SeedTask] = {}
    lines: list[SeedLine] = []
    number_of: dict[str, int] = {}
    for read in rows.require("instruction").read():
        for row in read.rows:
            instruction = (row.get("instruction") or "").strip()
            output = (row.get("output") or "").strip()
            if not instruction or not output:
                field = "output" if instruction else "instruction"
                finding = SeedFinding(read.number, field, "error", "it is empty", f"Fill in {field!r}.")
                lines.append(SeedLine(read.number, None, (finding,), rows.unit))
                continue
            instance = Instance(without_placeholder(row.get("input") or "", language), row["output"])
            known = tasks.get(instruction)
            number_of.setdefault(instruction, read.number)
            tasks[instruction] = (
                replace(known, instances=(*known.instances, instance))
                if known
                else SeedTask(
                    id=str(row.get("id") or f"seed_task_{len(tasks)}"),
                    name=str(row.get("name") or ""),
                    instruction=row["instruction"],
                    instances=(instance,),
                    is_classification=bool(row.get("is_classification")),
                )
            )
    lines += [SeedLine(number_of[text], task, (), rows.unit) for text, task in tasks.items()]
    lines += [
        _unreadable(rows.unit, int(skipped.location.rpartition(" ")[2]), skipped.reason) for skipped in rows.skipped
    ]
    yield from sorted(lines, key=lambda line: line.number)


def _unreadable(unit: str, number: int, fault: str) -> SeedLine:
    finding = SeedFinding(number, "", "error", f"the {unit} {fault}", f"Repair or remove the {unit}.")
    return SeedLine(number, None, (finding,), unit)


def _even(row: Row) -> Row:
    """A row whose task type is a truth value, and whose instances are a list, where a file has them as texts."""
    even = dict(row)
    with suppress(ValueError):
        task_type = read_task_type(row.get("is_classification"))
        if task_type is not None:
            even["is_classification"] = task_type
    instances = row.get("instances")
    if isinstance(instances, str | dict):
        even["instances"] = objects_of(instances) or instances
    return even


def _seed_task(row: Row, language: str) -> SeedTask:
    return SeedTask(
        id=row["id"],
        name=row.get("name", ""),
        instruction=row["instruction"],
        instances=tuple(
            Instance(without_placeholder(instance.get("input", ""), language), instance["output"])
            for instance in row["instances"]
        ),
        is_classification=row["is_classification"],
    )


def _shape_findings(number: int, row: Row) -> Iterator[SeedFinding]:
    for field, kind in (("id", str), ("instruction", str), ("instances", list), ("is_classification", bool)):
        if field not in row:
            yield SeedFinding(number, field, "error", "the field is missing", f"Add {field!r}, {_wanted(kind)}.")
        elif not isinstance(row[field], kind):
            message = f"{_shown(row[field])} is not {_wanted(kind)}"
            yield SeedFinding(number, field, "error", message, f"Make it {_wanted(kind)}.")
        elif kind is not bool and not (row[field].strip() if kind is str else row[field]):
            yield SeedFinding(number, field, "error", "it is empty", f"Fill in {field!r}.")
    if not isinstance(row.get("name", ""), str):
        yield SeedFinding(number, "name", "error", f"{_shown(row['name'])} is not a text", "Make it a text.")
    if isinstance(row.get("instances"), list):
        for index, instance in enumerate(row["instances"]):
            yield from _instance_findings(number, f"instances[{index}]", instance)


def _instance_findings(number: int, field: str, instance: object) -> Iterator[SeedFinding]:
    if not isinstance(instance, dict):
        message = f"{_shown(instance)} is not an object"
        yield SeedFinding(number, field, "error", message, 'Write it as {"input": "…", "output": "…"}.')
        return
    if not isinstance(instance.get("input", ""), str):
        message = f"{_shown(instance['input'])} is not a text"
        yield SeedFinding(number, f"{field}.input", "error", message, 'Make it a text, "" where no input is needed.')
    output = instance.get("output")
    if "output" not in instance:
        yield SeedFinding(number, f"{field}.output", "error", "the field is missing", "Add the right answer as a text.")
    elif not isinstance(output, str):
        yield SeedFinding(number, f"{field}.output", "error", f"{_shown(output)} is not a text", "Make it a text.")
    elif not output.strip():
        yield SeedFinding(number, f"{field}.output", "error", "the output is empty", "Write the right answer.")


def _wanted(kind: type) -> str:
    return {str: "a text", list: "a list of instances", bool: "true or false"}[kind]


def _shown(value: object) -> str:
    return shorten(repr(value), width=60, placeholder="...")
