"""A run or another dataset as files to fine-tune with."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config import described_run, why_unfinished
from distilabel_selfinstruct.errors import ConfigError, InputFileError, OutputFileError, RunFolderError, writing
from distilabel_selfinstruct.files import atomic, jsonl, run_layout
from distilabel_selfinstruct.formatting import (
    END_OF_TEXT,
    Format,
    FormatOptions,
    Join,
    OpenAIFinding,
    check_openai_file,
    format_rows,
    seed_rows,
)
from distilabel_selfinstruct.formatting.reviewed_rows import LeftOutRow, apply_decisions
from distilabel_selfinstruct.formatting.rows import RejectedRow
from distilabel_selfinstruct.ratings.decision_file import parse_included, read_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.reading import (
    ReadingArguments,
    ReadOptions,
    RowSource,
    SkippedRow,
    Source,
    open_rows,
    stem,
)
from distilabel_selfinstruct.reading.skipped import as_row
from distilabel_selfinstruct.records import Mode, Reason, Row
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

    `reasons` counts the rows in `rejected` by reason. `review` is None if nobody has reviewed the rows. `skipped` are
    the rows that could not be read; they are in `rejected`, too. `unfinished` says why the run is not finished; it is
    empty if the run is, and for other sources.
    """

    train: ExportedFile | None
    test: ExportedFile | None
    rejected: ExportedFile | None
    reasons: Mapping[str, int]
    review: ReviewCounts | None
    skipped: tuple[SkippedRow, ...] = ()
    unfinished: str = ""


@checks_arguments
def export(
    source: Source,
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
    language: str | None = None,
    test_fraction: float = 0.0,
    overwrite: bool = False,
    **reading: Unpack[ReadingArguments],
) -> ExportResult:
    """Write rows in a training format, in an order and a wording that `random_seed` fixes.

    Of a run that people reviewed, the kept rows are exported, with corrected outputs. Rows that are left out are in a
    file beside the output, with their reasons. Each file appears complete or not at all.

    Args:
        source: the folder of a run, or a file or dataset (see `reading.open_rows`).
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
        language: whose wordings; the default is the language of the run, and English for other rows.
        test_fraction: the share of instructions, from 0 to 1, that goes to `NAME.test.jsonl` instead.
        overwrite: replace files that exist. The files in the folder `export` of a run are always replaced.
        **reading: how the rows are read (see `reading.ReadOptions`).

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
        language=language or _language(source),
    )
    reads = ReadOptions(**reading)
    files = _files(source, Path(output) if output is not None else None, format, overwrite=overwrite)
    rows, left_out, review = _rows(source, parse_included(include), reads)
    own = _seed_rows(source, seed_tasks, include_seeds=include_seeds)
    formatted = format_rows([*rows, *own], options, test_fraction=test_fraction)
    skipped = tuple(rows.skipped) if isinstance(rows, RowSource) else ()
    rejected = [*_rejected(left_out, formatted.rejected), *map(_unreadable, skipped)]
    reasons = Counter(str(row["reason"]) for row in rejected)
    if not formatted.train and not formatted.test:
        if rejected and files.are_ours:
            _write(files, {files.rejected: rejected})
        raise InputFileError(
            f"No row of {_name(source)} can be exported: {_why(rejected, reasons, files)}.", _name(source)
        )
    written = _write(files, {files.train: formatted.train, files.test: formatted.test, files.rejected: rejected})
    if format == "openai":
        for path in written.keys() - {files.rejected}:
            written[path] = replace(written[path], findings=tuple(check_openai_file(path)))
    train, test, listed = map(written.get, (files.train, files.test, files.rejected))
    return ExportResult(train, test, listed, reasons, review, skipped, _unfinished(source))


def _unfinished(source: Source) -> str:
    """Why the run is not finished; empty if it is, or if the source is no run."""
    path = Path(source) if isinstance(source, str | os.PathLike) else None
    if path is None or not (path / run_layout.DESCRIPTION).exists():
        return ""
    return why_unfinished(described_run(path)[0])


def _rejected(left_out: Iterable[LeftOutRow], rejected: Iterable[RejectedRow]) -> Iterator[Row]:
    for row in left_out:
        yield {**row.row, "reason": row.status.value, "detail": row.detail}
    for other in rejected:
        yield {**other.row, "reason": other.rejection.reason.value, "detail": other.rejection.detail}


def _unreadable(skipped: SkippedRow) -> Row:
    return {
        **as_row(skipped),
        "reason": Reason.UNREADABLE.value,
        "detail": f"{skipped.location} {skipped.reason}",
    }


def _why(rejected: Sequence[Row], reasons: Mapping[str, int], files: "_Files") -> str:
    """Why nothing can be exported: in a file that the next try may replace, or with the first row as an example."""
    if not rejected:
        return "it has no rows"
    counts = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    if files.are_ours:
        return f"{files.rejected} says why for each ({counts})"
    detail = f" ({rejected[0]['detail']})" if rejected[0]["detail"] else ""
    return f"{counts}; the first is {rejected[0]['reason']}{detail}"


def _name(source: Source) -> str:
    return os.fspath(source) if isinstance(source, str | os.PathLike) else "the rows"


@dataclass(frozen=True, slots=True)
class _Files:
    """The files to write. `are_ours`: they stand in the folder of a run, where each export replaces them."""

    train: Path
    test: Path
    rejected: Path
    are_ours: bool = False


def _files(source: Source, output: Path | None, format: Format, *, overwrite: bool) -> _Files:
    """The files to write, if they may be written."""
    path = Path(source) if isinstance(source, str | os.PathLike) else None
    if output is None and path is not None and _is_run(path):
        return replace(_beside(path / run_layout.EXPORT / f"{format}.jsonl"), are_ours=True)
    if output is None:
        if path is None or not path.is_file():
            raise ConfigError(f"{_name(source)} is neither a run nor a file: name the file to write with `output`.")
        output = path.with_name(f"{stem(path)}.{format}.jsonl")
    files = _beside(output)
    for file in (files.train, files.test, files.rejected):
        if file.is_dir() or (path is not None and path.is_file() and file.exists() and file.samefile(path)):
            raise OutputFileError(f"{file} cannot be replaced: choose another name with `output`.", file)
        if file.exists() and not overwrite:
            raise OutputFileError(
                f"{file} exists: choose another name with `output`, or replace it with `overwrite`.", file
            )
    return files


def _beside(train: Path) -> _Files:
    return _Files(train, train.with_name(f"{train.stem}.test.jsonl"), train.with_name(f"{train.stem}.rejected.jsonl"))


def _is_run(source: Source) -> bool:
    """Whether the source is the folder of a run, or of a review of other rows, which lies there as that of a run."""
    return isinstance(source, str | os.PathLike) and any(
        (Path(source) / name).exists() for name in (run_layout.DESCRIPTION, run_layout.DECISIONS)
    )


def _rows(
    source: Source, include: tuple[DecisionStatus, ...], options: ReadOptions
) -> tuple[Iterable[Row], tuple[LeftOutRow, ...], ReviewCounts | None]:
    """The rows to export, those that the review leaves out, and what it decided."""
    if isinstance(source, str | os.PathLike) and _is_run(source):
        folder = Path(source)
        instances, decisions = folder / run_layout.INSTANCES, folder / run_layout.DECISIONS
        if not instances.exists():
            raise RunFolderError(f"{folder} has no {instances.name} yet: let the run end, then export it.", folder)
        if decisions.exists():
            reviewed = apply_decisions(jsonl.read(instances), read_decisions(decisions), include)
            review = ReviewCounts(reviewed.counts, include, reviewed.num_corrected, reviewed.num_unknown)
            return reviewed.rows, reviewed.left_out, review
        if not include:
            return jsonl.read(instances), (), None
    if include:
        raise ConfigError(
            f"{_name(source)} has no review, so no row is {' or '.join(map(str, include))}: omit `include`."
        )
    return open_rows(source, options).require("instruction"), (), None


def _language(source: Source) -> str:
    """The language of a run; English for other rows, whose language nobody says."""
    if not isinstance(source, str | os.PathLike) or not (Path(source) / run_layout.DESCRIPTION).exists():
        return "en"
    return described_run(Path(source))[1].language


def _seed_rows(source: Source, seed_tasks: FileName | None, *, include_seeds: bool) -> Iterable[Row]:
    if seed_tasks is not None:
        return seed_rows(load_seed_tasks(seed_tasks))
    if not include_seeds:
        return ()
    if not isinstance(source, str | os.PathLike) or not _is_run(source):
        raise ConfigError(
            f"{_name(source)} is not a run, so its seed tasks are not known: name their file with `seed_tasks`."
        )
    _, config = described_run(Path(source))
    return seed_rows(load_seed_tasks(config.seed_tasks, config.language))


def _write(files: _Files, contents: Mapping[Path, Sequence[Row]]) -> dict[Path, ExportedFile]:
    """Write the files that have rows, all or none. Files of an earlier export that would have no rows are removed."""
    with writing(files.train):
        files.train.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_all({path: partial(_write_rows, rows) for path, rows in contents.items() if rows})
        for path, rows in contents.items():
            if not rows:
                path.unlink(missing_ok=True)
    return {path: ExportedFile(path, len(rows)) for path, rows in contents.items() if rows}


def _write_rows(rows: Sequence[Row], path: Path) -> None:
    path.write_text("".join(jsonl.dumps(row) + "\n" for row in rows), encoding="utf-8", newline="\n")
