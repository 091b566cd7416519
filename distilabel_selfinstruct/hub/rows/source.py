"""The source of a published dataset: rows, and what is known about how they were made and reviewed."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import ConfigError, FolderInUseError, PublishError, RunFolderError, reading
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.links import refuse_links
from distilabel_selfinstruct.files.locks import holder_of
from distilabel_selfinstruct.files.run_rows import run_file, why_unfinished
from distilabel_selfinstruct.files.yaml_text import parse_yaml
from distilabel_selfinstruct.journal.notes import Note, note_of
from distilabel_selfinstruct.ratings.answers import Rating, read_ratings, record_id
from distilabel_selfinstruct.ratings.decision_file import StoredDecision, read_decisions
from distilabel_selfinstruct.ratings.decisions import REVIEWED, DecisionRule, DecisionStatus
from distilabel_selfinstruct.reading import ReadOptions, SkippedRow, open_rows
from distilabel_selfinstruct.reading import Source as RowsSource
from distilabel_selfinstruct.records import Row, Stage
from distilabel_selfinstruct.task_types import is_classification_task

_PUBLISHED = (
    run_layout.DESCRIPTION, run_layout.INSTANCES, run_layout.INSTRUCTIONS, run_layout.REJECTIONS, run_layout.PIPELINE,
    run_layout.DECISIONS, run_layout.RATINGS, run_layout.PUSHED, run_layout.PULLED,
)  # fmt: skip
"""The files of a run that a publication reads."""

Rows = Callable[[], Iterable[Row]]
"""Reads the rows. They are read several times and never held."""


@dataclass(frozen=True)
class Source:
    """Rows to publish. Only the instances must exist.

    `decisions` are by `record_id`, or None if there was no review. `rule` is the rule of the review, if it is known.
    `hashes` has the SHA-256 of the seed tasks, the prompts and each stage's journal, by name. `notes` pairs stages with
    what they had to say. `regeneration` is what the description of the run says of it, if outputs were regenerated.
    `folder` is the folder of the run, which keeps the pseudonyms of raters. `unfinished` says why the run is not
    finished; it is empty if the run is.
    """

    instances: Rows
    instructions: Rows
    rejections: Rows = tuple
    decisions: Mapping[str, StoredDecision] | None = None
    ratings: tuple[Rating, ...] = ()
    rule: DecisionRule | None = None
    config: RunConfig | None = None
    pipeline: dict[str, Any] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    unfinished: str = ""
    notes: tuple[tuple[str, Note], ...] = ()
    regeneration: Mapping[str, Any] = field(default_factory=dict)


def run_source(path: str | os.PathLike[str], *, unfinished: bool = False) -> Source:
    """The run in a folder.

    Args:
        path: the folder of the run.
        unfinished: publish a run that stopped early, too.

    Raises:
        RunFolderError: there is no run, it has no rows yet, its description is damaged, one of its files is a link, or
            a process works on it (FolderInUseError).
        PublishError: the run is not finished.
        InputFileError: a file of the review is damaged.
    """
    folder = Path(path)
    names = (*_PUBLISHED, *(f"{run_layout.STATE}/{stage.value}" for stage in Stage))
    refuse_links(folder, names, "only files of the run itself are published")
    description, config = described_run(folder)
    _refuse_unfinished(folder, description, allowed=unfinished)
    decisions, ratings = folder / run_layout.DECISIONS, folder / run_layout.RATINGS
    return Source(
        instances=lambda: jsonl.read(folder / run_layout.INSTANCES),
        instructions=lambda: jsonl.read(folder / run_layout.INSTRUCTIONS),
        rejections=lambda: jsonl.read(folder / run_layout.REJECTIONS),
        decisions=read_decisions(decisions) if decisions.exists() else None,
        ratings=tuple(read_ratings(ratings)) if ratings.exists() else (),
        rule=_rule(folder / run_layout.PULLED),
        config=config,
        pipeline=_pipeline(folder / run_layout.PIPELINE),
        versions=description.get("versions", {}),
        hashes={
            **description.get("inputs", {}),
            **description.get("models", {}),
            **_journal_hashes(folder / run_layout.STATE),
        },
        folder=folder,
        unfinished=why_unfinished(description),
        notes=_notes(description),
        regeneration=description.get(run_layout.REGENERATION, {}),
    )


def row_source(rows: Iterable[Row]) -> Source:
    """Rows with `instruction`, `input` and `output`, for example of a pipeline.

    Rows with a `verdict` are reviewed: `output` is the output to use, `original_output` the one that people rated.
    """
    instances: list[Row] = []
    decisions: dict[str, StoredDecision] = {}
    for row in rows:
        status = row.get("verdict")
        # Without a verdict, it is the output before another model rewrote it.
        original = row.get("original_output") if status in REVIEWED else None
        rated = row["output"] if original is None else original
        optional = {
            "input": row.get("input") or "",
            "is_classification": is_classification_task(row.get("is_classification")),
        }
        instances.append({**row, **optional, "output": rated})
        if status in REVIEWED:
            record = record_id(row["instruction"], row.get("input") or "", rated)
            decisions[record] = StoredDecision(DecisionStatus(status), row["output"], bool(row.get("corrected")))
    instructions = {row["instruction"]: row for row in instances}
    return Source(
        instances=lambda: instances,
        instructions=lambda: list(instructions.values()),
        decisions=decisions or None,
    )


@dataclass(frozen=True)
class ReadSource:
    """A source that was read from a file or dataset, and the rows of it that were left out."""

    source: Source
    skipped: tuple[SkippedRow, ...]


def file_source(source: RowsSource, options: ReadOptions) -> ReadSource:
    """The rows of a file or dataset. Those without an instruction or an output are left out.

    Raises:
        InputFileError: it cannot be read, or no row of it is an instance.
    """
    rows = open_rows(source, options).require("instruction")
    found: list[Row] = []
    for read in rows.read():
        for row in read.rows:
            texts = [(row.get(name) or "").strip() for name in ("instruction", "output")]
            if all(texts):
                found.append({**row, "input": row.get("input") or ""})
            else:
                rows.skip(read, f"has no {'output' if texts[0] else 'instruction'}")
                break
    rows.require_usable(len(found))
    return ReadSource(row_source(found), tuple(rows.skipped))


def _refuse_unfinished(folder: Path, description: Row, *, allowed: bool) -> None:
    holder = holder_of(folder / run_layout.LOCK)
    if holder is not None:
        raise FolderInUseError(f"The run in {folder} is still working: publish it when it has ended.", folder, holder)
    for name in (run_layout.INSTANCES, run_layout.INSTRUCTIONS):
        run_file(folder, name)
    why = why_unfinished(description)
    if why and not allowed:
        raise PublishError(f"The run in {folder} {why} With `unfinished`, the rows that it has so far are published.")


def _notes(description: Row) -> tuple[tuple[str, Note], ...]:
    try:
        return tuple((str(row["stage"]), note_of(row)) for row in description.get("notes", ()))
    except (KeyError, TypeError, ValueError):
        return ()  # nothing that is published depends on them


def _rule(path: Path) -> DecisionRule | None:
    """The rule of the review; None if there is no file of it, as when people made the decisions by hand."""
    try:
        return DecisionRule(**json.loads(path.read_text(encoding="utf-8"))["rule"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ConfigError):
        return None


def _pipeline(path: Path) -> dict[str, Any] | None:
    try:
        content = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # the file is distilabel's, and a run can be published without it
    return content if isinstance(content, dict) else None


def _journal_hashes(state: Path) -> dict[str, str]:
    hashes = {}
    for path in sorted(state.glob(f"*/{run_layout.COMPLETIONS}")):
        digest = hashlib.sha256()
        with reading(path, RunFolderError), path.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
        hashes[f"journal of {path.parent.name}"] = digest.hexdigest()
    return hashes
