"""What is published: the rows of a finished run and what is known about how they were made and reviewed."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import PublishError, RunFolderError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.ratings.answers import Rating, read_ratings, record_id
from distilabel_selfinstruct.ratings.decision_file import StoredDecision, read_decisions
from distilabel_selfinstruct.ratings.decisions import REVIEWED, DecisionStatus

Row = dict[str, Any]
Rows = Callable[[], Iterable[Row]]
"""Rows that can be read several times, and need not be held."""


@dataclass(frozen=True)
class Source:
    """Rows to publish. Only the instances must be there.

    `decisions` are by `ratings.record_id`, or None where there was no review. `hashes` has the SHA-256 of the seed
    tasks, the prompts and each stage's journal, by name. `rule` has the fields of the review's
    `decisions.DecisionRule`. `folder` is where the names that stand for raters are kept.
    """

    instances: Rows
    instructions: Rows
    rejections: Rows = tuple
    decisions: Mapping[str, StoredDecision] | None = None
    ratings: tuple[Rating, ...] = ()
    rule: Mapping[str, Any] = field(default_factory=dict)
    config: RunConfig | None = None
    pipeline: dict[str, Any] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


def run_source(path: str | os.PathLike[str], *, unfinished: bool = False) -> Source:
    """The run in a folder.

    Args:
        path: the run's folder.
        unfinished: take a run that stopped early, with what it has.

    Raises:
        RunFolderError: there is no run, or its description is damaged.
        PublishError: the run is not finished, or has no rows yet.
        InputFileError: a file of the review is damaged.
    """
    folder = Path(path)
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
        hashes={**description.get("inputs", {}), **_journal_hashes(folder / run_layout.STATE)},
        folder=folder,
    )


def row_source(rows: Iterable[Row]) -> Source:
    """Rows with `instruction`, `input` and `output` that come from no run folder, as in a pipeline of one's own.

    Rows with a `verdict` are reviewed ones: their `output` is the one to use, `original_output` the one that was rated.
    """
    instances: list[Row] = []
    decisions: dict[str, StoredDecision] = {}
    for row in rows:
        original = row.get("original_output")
        rated = row["output"] if original is None else original
        optional = {"input": row.get("input") or "", "is_classification": bool(row.get("is_classification"))}
        instances.append({**row, **optional, "output": rated})
        status = row.get("verdict")
        if status in REVIEWED:
            record = record_id(row["instruction"], row.get("input") or "", rated)
            decisions[record] = StoredDecision(DecisionStatus(status), row["output"], bool(row.get("corrected")))
    instructions = {row["instruction"]: row for row in instances}
    return Source(
        instances=lambda: instances,
        instructions=lambda: list(instructions.values()),
        decisions=decisions or None,
    )


def _refuse_unfinished(folder: Path, description: dict[str, Any], *, allowed: bool) -> None:
    try:
        if (folder / run_layout.LOCK).exists():
            lock(folder / run_layout.LOCK).close()
    except OSError:
        pass  # a folder that can only be read is nobody's
    except RunFolderError as error:
        raise PublishError(f"The run in {folder} is still working: publish it when it has ended.") from error
    if not allowed and description.get("status") != "finished":
        known = {"started": "was interrupted", "stopped": "stopped early", "failed": "failed"}
        status = known.get(str(description.get("status")), "is not finished")
        raise PublishError(
            f"The run in {folder} {status}: let the same command go on, or publish what it has with --unfinished."
        )
    missing = [name for name in (run_layout.INSTANCES, run_layout.INSTRUCTIONS) if not (folder / name).exists()]
    if missing:
        raise PublishError(f"{folder} has no {missing[0]} yet: run the same command again, so that the run ends.")


def _rule(path: Path) -> dict[str, Any]:
    try:
        rule = json.loads(path.read_text(encoding="utf-8"))["rule"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # decisions may have been made by hand
    return rule if isinstance(rule, dict) else {}


def _pipeline(path: Path) -> dict[str, Any] | None:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None  # distilabel's own file; a run is worth publishing without it
    return content if isinstance(content, dict) else None


def _journal_hashes(state: Path) -> dict[str, str]:
    hashes = {}
    for path in sorted(state.glob(f"*/{run_layout.COMPLETIONS}")):
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
        hashes[f"journal of {path.parent.name}"] = digest.hexdigest()
    return hashes
