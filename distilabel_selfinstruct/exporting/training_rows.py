"""The rows to fine-tune with: those of a run, as people decided, or of another dataset; and the seeds."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.config import described_run
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.run_rows import run_file, why_unfinished
from distilabel_selfinstruct.formatting import seed_rows
from distilabel_selfinstruct.formatting.reviewed_rows import LeftOutRow, apply_decisions
from distilabel_selfinstruct.ratings.decision_file import read_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.reading import ReadOptions, Source, open_rows
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

FileName = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """What people decided about the rows of a run. `counts` are the numbers of rows by decision.

    Rows with a decision in `included` are exported beside the kept ones. `num_corrected` counts exported rows with a
    corrected output, `num_unknown` decisions on rows that the run no longer has.
    """

    counts: Mapping[DecisionStatus, int]
    included: tuple[DecisionStatus, ...]
    num_corrected: int
    num_unknown: int


def training_rows(
    source: Source, include: tuple[DecisionStatus, ...], options: ReadOptions | None = None
) -> tuple[Iterable[Row], tuple[LeftOutRow, ...], ReviewCounts | None]:
    """The rows to export, those that the review leaves out, and what it decided."""
    if isinstance(source, str | os.PathLike) and is_run(source):
        folder = Path(source)
        instances, decisions = run_file(folder, run_layout.INSTANCES), folder / run_layout.DECISIONS
        if decisions.exists():
            reviewed = apply_decisions(jsonl.read(instances), read_decisions(decisions), include)
            review = ReviewCounts(reviewed.counts, include, reviewed.num_corrected, reviewed.num_unknown)
            return reviewed.rows, reviewed.left_out, review
        if not include:
            return jsonl.read(instances), (), None
    if include:
        raise ConfigError(
            f"{name_of(source)} has no review, so no row is {' or '.join(map(str, include))}: omit `include`."
        )
    return open_rows(source, options).require("instruction"), (), None


def training_seeds(source: Source, seed_tasks: FileName | None, *, include_seeds: bool) -> Iterable[Row]:
    """The seed tasks to train on, a row for each instance: those of the file or, if they are wanted, of the run.

    Raises:
        ConfigError: the source is no run, so its seeds are not known.
        InputFileError: they cannot be read.
    """
    if seed_tasks is not None:
        return seed_rows(load_seed_tasks(seed_tasks))
    if not include_seeds:
        return ()
    if not isinstance(source, str | os.PathLike) or not is_run(source):
        raise ConfigError(
            f"{name_of(source)} is not a run, so its seed tasks are not known: name their file with `seed_tasks`."
        )
    _, config = described_run(Path(source))
    return seed_rows(load_seed_tasks(config.seed_tasks, config.language))


def language_of(source: Source) -> str:
    """The language of a run; English for other rows, whose language nobody says."""
    if not isinstance(source, str | os.PathLike) or not (Path(source) / run_layout.DESCRIPTION).exists():
        return "en"
    return described_run(Path(source))[1].language


def unfinished(source: Source) -> str:
    """Why the run is not finished; empty if it is, or if the source is no run."""
    path = Path(source) if isinstance(source, str | os.PathLike) else None
    if path is None or not (path / run_layout.DESCRIPTION).exists():
        return ""
    return why_unfinished(described_run(path)[0])


def is_run(source: Source) -> bool:
    """Whether the source is the folder of a run, or of a review of other rows, which lies there as that of a run."""
    return isinstance(source, str | os.PathLike) and any(
        (Path(source) / name).exists() for name in (run_layout.DESCRIPTION, run_layout.DECISIONS)
    )


def name_of(source: Source) -> str:
    """What a message calls a source."""
    return os.fspath(source) if isinstance(source, str | os.PathLike) else "the rows"
