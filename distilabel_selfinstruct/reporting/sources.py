"""What a report is made from: the folder of a run, or any rows with an instruction, an input and an output."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import Unpack

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.run_rows import run_file
from distilabel_selfinstruct.ratings.answers import Rating, read_ratings
from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, SkippedRow, Source, open_rows
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.reporting.contents import RunFacts
from distilabel_selfinstruct.reporting.missing import Missing
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path
from distilabel_selfinstruct.task_types import task_type_of

REJECTION_COLUMNS = ("stage", "reason", "request", "instruction")


@dataclass(frozen=True)
class ReportSource:
    """Rows to report on.

    `has_instances` and `has_task_types` say whether the rows have outputs and `is_classification`. The other fields are
    for runs only. `seed_tasks_hash` is the SHA-256 of the seed file when the run started; empty if it is not known.
    `skipped` are the rows that could not be used.
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
    run: RunFacts | None = None
    seed_tasks_hash: str = ""
    skipped: tuple[SkippedRow, ...] = ()


def read_source(path: Source, **reading: Unpack[ReadingArguments]) -> ReportSource:
    """The run in a folder, or the rows that `reading.open_rows` finds.

    Args:
        path: the folder of a run, a file, a dataset, or rows.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        RunFolderError: the run is damaged, or has written no rows yet.
        InputFileError: rows cannot be read, or none of them has an instruction.
    """
    if isinstance(path, str | os.PathLike) and (Path(path) / run_layout.DESCRIPTION).is_file():
        return _run(Path(path))
    return source_of_rows(path, **reading)


def source_of_rows(source: Source, **reading: Unpack[ReadingArguments]) -> ReportSource:
    """Rows with an instruction and, if they have them, an input, an output and `is_classification`.

    Rows without an output count as instructions only. An instruction in several rows counts once. Rows without an
    instruction are left out.

    Args:
        source: the rows, or where they are.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        InputFileError: rows cannot be read, or none of them has an instruction.
    """
    rows = open_rows(source, ReadOptions(**reading)).require("instruction")
    instructions: dict[str, Row] = {}
    instances: list[Row] = []
    has_task_types = True
    for read in rows.read():
        for row in read.rows:
            instruction, output = row.get("instruction") or "", row.get("output")
            if not instruction.strip():
                rows.skip(read, "has no instruction")
                break
            has_task_types &= row.get("is_classification") is not None
            task = {"instruction": instruction, "is_classification": bool(row.get("is_classification"))}
            instructions.setdefault(instruction, task)
            if output is not None:
                instances.append({**task, "input": row.get("input") or "", "output": output})
    rows.require_usable(len(instructions))
    return ReportSource(
        name=Path(rows.path).name or rows.path or "dataset",
        instructions=list(instructions.values()),
        instances=instances,
        has_instances=bool(instances) or not instructions,
        has_task_types=has_task_types and bool(instructions),
        skipped=tuple(rows.skipped),
    )


def seed_file(source: ReportSource, given: str | os.PathLike[str] | None) -> Path | Missing:
    """The seed file that the rows were made from: the given one, or that of the run if it has not changed."""
    if given is not None:
        return Path(given)
    if source.config is None:
        return Missing("unknown_seeds")
    own = source.config.seed_tasks
    path = Path(own) if own else packaged_seeds_path(source.config.language)
    slots, named = ({"name": own}, {}) if own else ({}, {"name": "packaged_seeds"})
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return Missing("seeds_unreadable", {**slots, "cause": str(error.strerror)}, named)
    if source.seed_tasks_hash and found != source.seed_tasks_hash:
        return Missing("seeds_changed", slots, named)
    return path


def run_facts(config: RunConfig, description: Mapping[str, Any]) -> RunFacts:
    """What a report shows of a configuration and of the description in `run.json`, which may be empty."""
    return RunFacts(
        llm=config.llm_in_words,
        language=config.language,
        mode=config.mode,
        num_instructions=config.num_instructions,
        max_rouge_l=config.max_rouge_l,
        random_seed=config.random_seed,
        status=str(description.get("status", "")),
        stop_reason=description.get("stop_reason", ""),
        problems=tuple(description.get("problems", ())),
        versions=description.get("versions", {}),
    )


def _run(folder: Path) -> ReportSource:
    description, config = described_run(folder)
    instructions, instances = (run_file(folder, name) for name in (run_layout.INSTRUCTIONS, run_layout.INSTANCES))
    rejections, ratings = folder / run_layout.REJECTIONS, folder / run_layout.RATINGS
    return ReportSource(
        name=folder.resolve().name,
        instructions=_checked(instructions, ("instruction",)),
        instances=_checked(instances, ("instruction", "input", "output")),
        rejections=[_only(row, REJECTION_COLUMNS) for row in jsonl.read(rejections)] if rejections.exists() else [],
        ratings=read_ratings(ratings) if ratings.exists() else [],
        folder=folder,
        config=config,
        run=run_facts(config, description),
        seed_tasks_hash=description.get("inputs", {}).get("seed_tasks", ""),
    )


def _checked(path: Path, columns: tuple[str, ...]) -> list[Row]:
    rows = []
    for number, row in enumerate(jsonl.read(path), 1):
        for column in columns:
            if not isinstance(row.get(column), str):
                raise InputFileError(
                    f"{path}, row {number}: {column!r} is {row.get(column)!r} and must be a text.", path
                )
        rows.append(
            {**_only(row, (*columns, "request")), "is_classification": task_type_of(row.get("is_classification"))}
        )
    return rows


def _only(row: Row, columns: tuple[str, ...]) -> Row:
    """The columns that a report needs. A large run has hundreds of megabytes in the others."""
    return {column: row.get(column) for column in columns}
