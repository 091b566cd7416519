"""A run or another dataset as files to fine-tune with."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config import described_run, why_unfinished
from distilabel_selfinstruct.errors import ConfigError, InputFileError, OutputFileError, RunFolderError, writing
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.tables import read_rows
from distilabel_selfinstruct.formatting import (
    END_OF_TEXT,
    Format,
    FormatOptions,
    Formatted,
    Join,
    OpenAIFinding,
    check_openai_file,
    format_rows,
    seed_rows,
)
from distilabel_selfinstruct.formatting.reviewed_rows import LeftOutRow, apply_decisions
from distilabel_selfinstruct.ratings.decision_file import parse_included, read_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.records import Mode, Row
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

FileName = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written. `findings` are what OpenAI would refuse or cut, for the format `openai` only."""

    path: Path
    num_rows: int
    findings: tuple[OpenAIFinding, ...] = ()


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


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The files of an export; None for a file that would have no rows. One of `train` and `test` is always there.

    `reasons` counts the rows in `rejected` by reason. `review` is None if nobody has reviewed the rows. `unfinished`
    says why the run is not finished; it is empty if the run is, and for other sources.
    """

    train: ExportedFile | None
    test: ExportedFile | None
    rejected: ExportedFile | None
    reasons: Mapping[str, int]
    review: ReviewCounts | None
    unfinished: str = ""


@checks_arguments
def export(
    source: FileName,
    format: Format,
    output: FileName | None = None,
    *,
    include: Iterable[str] = (),
    include_seeds: bool = False,
    seed_tasks: FileName | None = None,
    mode: Mode = "default",
    random_seed: int = 42,
    system_prompt: str = "",
    join: Join = "blank-line",
    end_of_text: str = END_OF_TEXT,
    test_fraction: float = 0.0,
    split: str | None = None,
    overwrite: bool = False,
) -> ExportResult:
    """Write rows in a training format, in an order and a wording that `random_seed` fixes.

    Of a run that people reviewed, the kept rows are exported, with corrected outputs. Rows that are left out are in a
    file beside the output, with their reasons. Each file appears complete or not at all.

    Args:
        source: the folder of a run, or a file or dataset with `instruction`, `input` and `output`.
        format: what the trainer reads.
        output: the file to write. The default for a run is `export/FORMAT.jsonl` in its folder.
        include: `undecided` or `dropped`: rows to export beside those that people kept.
        include_seeds: export the run's seed tasks too, as in the paper.
        seed_tasks: a file of seed tasks to export too.
        mode: how inputs may be changed, in the formats with varied wordings (see `input_texts`).
        random_seed: fixes order, wordings and test rows.
        system_prompt: begins each conversation, in chat formats.
        join: what stands between instruction and input, in chat formats.
        end_of_text: closes each completion of `self-instruct`.
        test_fraction: the share of instructions, from 0 to 1, that goes to `NAME.test.jsonl` instead.
        split: which split of a dataset.
        overwrite: replace files that exist. The files in the folder `export` of a run are always replaced.

    Raises:
        ConfigError: an option cannot work.
        InputFileError: the source or the seed file cannot be read, or no row can be exported.
        RunFolderError: the run has no rows yet.
        OutputFileError: a file exists or cannot be written.
    """
    options = FormatOptions(
        format=format,
        mode=mode,
        random_seed=random_seed,
        system_prompt=system_prompt,
        join=join,
        end_of_text=end_of_text,
    )
    files = _files(Path(source), Path(output) if output is not None else None, format, overwrite=overwrite)
    rows, left_out, review = _rows(source, split, parse_included(include))
    own = _seed_rows(source, seed_tasks, include_seeds=include_seeds)
    formatted = format_rows([*rows, *own], options, test_fraction=test_fraction)
    result = _write(files, formatted, left_out, review, check=format == "openai")
    if result.train is None and result.test is None:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in result.reasons.items())
        why = f"{result.rejected.path} says why for each ({counts})" if result.rejected else "it has none"
        raise InputFileError(f"No row of {os.fspath(source)} can be exported: {why}.", source)
    unfinished = why_unfinished(described_run(Path(source))[0]) if _is_run(source) else ""
    return replace(result, unfinished=unfinished)


@dataclass(frozen=True, slots=True)
class _Files:
    train: Path
    test: Path
    rejected: Path


def _files(source: Path, output: Path | None, format: Format, *, overwrite: bool) -> _Files:
    """The files to write, if they may be written."""
    if output is None and _is_run(source):
        return _beside(source / run_layout.EXPORT / f"{format}.jsonl")
    if output is None and not source.is_file():
        raise ConfigError(f"{source} is neither a run nor a file: name the file to write with `output`.")
    files = _beside(output or source.with_name(f"{source.stem}.{format}.jsonl"))
    for file in (files.train, files.test, files.rejected):
        if file.is_dir() or (source.is_file() and file.exists() and file.samefile(source)):
            raise OutputFileError(f"{file} cannot be replaced: choose another name with `output`.", file)
        if file.exists() and not overwrite:
            raise OutputFileError(
                f"{file} exists: choose another name with `output`, or replace it with `overwrite`.", file
            )
    return files


def _beside(train: Path) -> _Files:
    return _Files(train, train.with_name(f"{train.stem}.test.jsonl"), train.with_name(f"{train.stem}.rejected.jsonl"))


def _is_run(source: FileName) -> bool:
    return (Path(source) / run_layout.DESCRIPTION).exists()


def _rows(
    source: FileName, split: str | None, include: tuple[DecisionStatus, ...]
) -> tuple[Iterable[Row], tuple[LeftOutRow, ...], ReviewCounts | None]:
    """The rows to export, those that the review leaves out, and what it decided."""
    folder = Path(source)
    instances, decisions = folder / run_layout.INSTANCES, folder / run_layout.DECISIONS
    if _is_run(source) and not instances.exists():
        raise RunFolderError(f"{folder} has no {instances.name} yet: let the run end, then export it.", folder)
    if _is_run(source) and decisions.exists():
        reviewed = apply_decisions(jsonl.read(instances), read_decisions(decisions), include)
        review = ReviewCounts(reviewed.counts, include, reviewed.num_corrected, reviewed.num_unknown)
        return reviewed.rows, reviewed.left_out, review
    if include:
        raise ConfigError(
            f"{os.fspath(source)} has no review, so no row is {' or '.join(map(str, include))}: omit `include`."
        )
    return jsonl.read(instances) if _is_run(source) else read_rows(source, split), (), None


def _seed_rows(source: FileName, seed_tasks: FileName | None, *, include_seeds: bool) -> Iterable[Row]:
    if seed_tasks is not None:
        return seed_rows(load_seed_tasks(seed_tasks))
    if not include_seeds:
        return ()
    if not _is_run(source):
        raise ConfigError(
            f"{os.fspath(source)} is not a run, so its seed tasks are not known: name their file with `seed_tasks`."
        )
    _, config = described_run(Path(source))
    return seed_rows(load_seed_tasks(config.seed_tasks))


def _write(
    files: _Files, formatted: Formatted, left_out: tuple[LeftOutRow, ...], review: ReviewCounts | None, *, check: bool
) -> ExportResult:
    rejected = [{**row.row, "reason": row.status.value, "detail": row.detail} for row in left_out]
    rejected += [
        {**row.row, "reason": row.rejection.reason.value, "detail": row.rejection.detail} for row in formatted.rejected
    ]
    with writing(files.train):
        files.train.parent.mkdir(parents=True, exist_ok=True)
        return ExportResult(
            train=_write_file(files.train, formatted.train, check=check),
            test=_write_file(files.test, formatted.test, check=check),
            rejected=_write_file(files.rejected, rejected),
            reasons=Counter(row["reason"] for row in rejected),
            review=review,
        )


def _write_file(path: Path, rows: Iterable[Row], *, check: bool = False) -> ExportedFile | None:
    """Write the rows. Without rows, remove the file of an earlier export."""
    rows = list(rows)
    if not rows:
        path.unlink(missing_ok=True)
        return None
    jsonl.write(path, rows)
    return ExportedFile(path, len(rows), tuple(check_openai_file(path)) if check else ())
