"""Seed tasks: the 175 that come with the package, the paper's released file, or a user's own (paper, section 2.1).

A seed file is JSON Lines; each line holds `id`, `instruction`, `instances` (a list of `{"input", "output"}`),
`is_classification`, and optionally `name`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from textwrap import shorten
from typing import Literal

from distilabel_selfinstruct.errors import InputFileError, SeedTaskError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.records import Instance, Row, SeedTask
from distilabel_selfinstruct.words import without_placeholder

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
    """A line of a seed file: its task if the line could be read, and what is wrong with it."""

    number: int
    task: SeedTask | None
    findings: tuple[SeedFinding, ...]


def packaged_seeds_path() -> Path:
    """The path of the packaged seed file."""
    return Path(str(resources.files("distilabel_selfinstruct").joinpath("data/seed_tasks.jsonl")))


def load_seed_tasks(path: str | os.PathLike[str] | None = None) -> tuple[SeedTask, ...]:
    """The seed tasks of a file, in order. Without a path they are the packaged ones.

    Raises:
        SeedTaskError: the file cannot be opened or is empty, or one of its lines is not a seed task. The message names
            the first fault with its line and field, and the number of faults.
    """
    source = packaged_seeds_path() if path is None else Path(path)
    try:
        lines = list(scan_seed_tasks(source))
    except InputFileError as error:
        raise SeedTaskError(str(error), source) from error
    faults = [finding for line in lines for finding in line.findings if finding.severity == "error"]
    if faults:
        first = faults[0]
        more = f" ({len(faults) - 1} more: selfinstruct seeds check {source})" if len(faults) > 1 else ""
        field = f", field {first.field}" if first.field else ""
        raise SeedTaskError(f"{source}, line {first.line}{field}: {first.message}. {first.remedy}{more}", source)
    if not lines:
        raise SeedTaskError(f"{source} holds no seed tasks: put one JSON object on each line.", source)
    return tuple(line.task for line in lines if line.task)


def scan_seed_tasks(path: str | os.PathLike[str]) -> Iterator[SeedLine]:
    """Every line of a seed file, with the faults of its form: unreadable, missing or mistyped fields, repeated ids.

    Raises:
        InputFileError: the file cannot be opened.
    """
    first_line_of: dict[str, int] = {}
    for line in jsonl.scan(path):
        if line.fault:
            fault = SeedFinding(line.number, "", "error", f"the line {line.fault}", "Repair or remove the line.")
            yield SeedLine(line.number, None, (fault,))
            continue
        findings = list(_shape_findings(line.number, line.value))
        identifier = line.value.get("id")
        if isinstance(identifier, str) and identifier:
            seen = first_line_of.setdefault(identifier, line.number)
            if seen != line.number:
                message = f"the id {identifier!r} was used on line {seen}"
                findings.append(SeedFinding(line.number, "id", "error", message, "Give each task an id of its own."))
        broken = any(finding.severity == "error" for finding in findings)
        yield SeedLine(line.number, None if broken else _seed_task(line.value), tuple(findings))


def _seed_task(row: Row) -> SeedTask:
    return SeedTask(
        id=row["id"],
        name=row.get("name", ""),
        instruction=row["instruction"],
        instances=tuple(
            Instance(without_placeholder(instance.get("input", "")), instance["output"])
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
