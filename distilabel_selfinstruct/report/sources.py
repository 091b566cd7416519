"""What a report is made from: a run's folder, or any rows with an instruction, an input and an output."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import InputFileError, RunFolderError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.tables import read_rows
from distilabel_selfinstruct.ratings.answers import Rating, read_ratings
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path

Row = dict[str, Any]

REJECTION_COLUMNS = ("stage", "reason", "request")


@dataclass(frozen=True)
class ReportSource:
    """Rows to report on.

    `has_instances` and `has_task_types` say whether the rows have outputs and `is_classification`. The rest is known of
    a run only; `folder` is None for anything else.
    """

    name: str
    instructions: list[Row]
    instances: list[Row]
    has_instances: bool = True
    has_task_types: bool = True
    rejections: list[Row] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    folder: Path | None = None
    config: RunConfig | None = None
    description: dict[str, Any] = field(default_factory=dict)


def read_source(path: str | os.PathLike[str], split: str | None = None) -> ReportSource:
    """A run, if the path is the folder of one, else the rows that `tables.read_rows` finds there.

    Raises:
        RunFolderError: the run is damaged, or has written no rows yet.
        InputFileError: rows cannot be read, or lack an instruction; the message names the place.
    """
    folder = Path(path)
    if (folder / run_layout.DESCRIPTION).is_file():
        return _run(folder)
    if folder.is_dir() and not any((folder / name).exists() for name in ("state.json", "dataset_dict.json")):
        raise RunFolderError(
            f"{folder} holds neither a run ({run_layout.DESCRIPTION} is missing) nor a dataset: give the folder of a "
            "run, a file of rows, or a folder that datasets saved."
        )
    return source_of_rows(read_rows(path, split), name=folder.name or str(path))


def source_of_rows(rows: Iterable[Row], name: str = "dataset") -> ReportSource:
    """Rows with `instruction` and, if they have them, `input`, `output` and `is_classification`.

    Rows without an output count as instructions only. An instruction in several rows counts once.

    Raises:
        InputFileError: a row has no instruction, or a text that is none.
    """
    instructions: dict[str, Row] = {}
    instances: list[Row] = []
    has_task_types = True
    for number, row in enumerate(rows, 1):
        place = f"{name}, row {number}"
        instruction = _text(row, "instruction", place)
        if instruction is None:
            raise InputFileError(
                f"{place} has no 'instruction' (its columns are {', '.join(map(str, row)) or 'none'}): rename the "
                "column that holds it."
            )
        has_task_types &= row.get("is_classification") is not None
        task = {"instruction": instruction, "is_classification": bool(row.get("is_classification"))}
        instructions.setdefault(instruction, task)
        output = _text(row, "output", place)
        if output is not None:
            instances.append({**task, "input": _text(row, "input", place) or "", "output": output})
    return ReportSource(
        name=name,
        instructions=list(instructions.values()),
        instances=instances,
        has_instances=bool(instances) or not instructions,
        has_task_types=has_task_types and bool(instructions),
    )


def seed_file(source: ReportSource, given: str | os.PathLike[str] | None) -> tuple[Path | None, str]:
    """Where the seed tasks of a run lie, None for the packaged ones; and why they cannot be used, or nothing."""
    if given is not None:
        return Path(given), ""
    if source.config is None:
        return None, "It is not known from which seed tasks the rows were made: name them with --seed-tasks."
    path = Path(source.config.seed_tasks) if source.config.seed_tasks else None
    expected = source.description.get("inputs", {}).get("seed_tasks")
    try:
        found = hashlib.sha256((path or packaged_seeds_path()).read_bytes()).hexdigest()
    except OSError as error:
        return (
            None,
            f"The seed tasks of the run ({path}) cannot be read: {error.strerror}. Name them with --seed-tasks.",
        )
    if expected and found != expected:
        which = path or "the packaged ones"
        return None, f"The seed tasks of the run ({which}) have changed since: name the old ones with --seed-tasks."
    return path, ""


def _run(folder: Path) -> ReportSource:
    description, config = described_run(folder)
    missing = [name for name in (run_layout.INSTRUCTIONS, run_layout.INSTANCES) if not (folder / name).exists()]
    if missing:
        raise RunFolderError(
            f"The run in {folder} has written no rows yet ({missing[0]} is missing): give its command again, it "
            "goes on."
        )
    rejections, ratings = folder / run_layout.REJECTIONS, folder / run_layout.RATINGS
    return ReportSource(
        name=folder.resolve().name,
        instructions=_checked(folder / run_layout.INSTRUCTIONS, ("instruction",)),
        instances=_checked(folder / run_layout.INSTANCES, ("instruction", "input", "output")),
        rejections=[_only(row, REJECTION_COLUMNS) for row in jsonl.read(rejections)] if rejections.exists() else [],
        ratings=read_ratings(ratings) if ratings.exists() else [],
        folder=folder,
        config=config,
        description=description,
    )


def _checked(path: Path, columns: tuple[str, ...]) -> list[Row]:
    rows = []
    for number, row in enumerate(jsonl.read(path), 1):
        for column in columns:
            if not isinstance(row.get(column), str):
                raise InputFileError(f"{path}, row {number}: {column!r} is {row.get(column)!r} and must be a text.")
        rows.append({**_only(row, (*columns, "request")), "is_classification": bool(row.get("is_classification"))})
    return rows


def _only(row: Row, columns: tuple[str, ...]) -> Row:
    """What a report needs of a row: a large run has hundreds of megabytes of the rest."""
    return {column: row.get(column) for column in columns}


def _text(row: Row, column: str, place: str) -> str | None:
    value = row.get(column)
    if value is not None and not isinstance(value, str):
        raise InputFileError(f"{place}: {column!r} is {value!r:.80} and must be a text.")
    return value
