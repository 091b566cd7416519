"""A run or another dataset as files to fine-tune with."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.exporting.output_files import (
    ExportedFile,
    OutputFiles,
    output_files,
    refuse_to_replace,
    write_files,
)
from distilabel_selfinstruct.exporting.parts import Configs, Part, make_configs, split_into_parts
from distilabel_selfinstruct.exporting.subsets import parse_sizes
from distilabel_selfinstruct.exporting.trainers import DEFAULT_MODEL, ExportedConfig, Trainer, choose_format
from distilabel_selfinstruct.exporting.training_rows import (
    FileName,
    ReviewCounts,
    language_of,
    name_of,
    training_rows,
    training_seeds,
    unfinished,
)
from distilabel_selfinstruct.formatting import (
    END_OF_TEXT,
    Format,
    FormatOptions,
    Join,
    check_openai_file,
    format_rows,
)
from distilabel_selfinstruct.formatting.reviewed_rows import LeftOutRow
from distilabel_selfinstruct.formatting.rows import RejectedRow
from distilabel_selfinstruct.ratings.decision_file import parse_included
from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, RowSource, SkippedRow, Source
from distilabel_selfinstruct.reading.skipped import as_row
from distilabel_selfinstruct.records import Mode, Reason, Row


@dataclass(frozen=True, slots=True)
class ExportedSubset:
    """The files of a subset (see `subsets`): None for a file that would have no rows, or was not asked for.

    `num_instructions` counts the generated instructions in it; the seeds are in each subset.
    """

    size: int | str
    num_instructions: int
    train: ExportedFile | None
    test: ExportedFile | None
    config: ExportedConfig | None = None


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The files of an export; None for a file that would have no rows. One of `train` and `test` is always there.

    `reasons` counts the rows in `rejected` by reason. `review` is None if nobody has reviewed the rows. `skipped` are
    the rows that could not be read; they are in `rejected`, too. `unfinished` says why the run is not finished; it is
    empty if the run is, and for other sources. `config` is that of a trainer, if one was asked for. Where subsets were
    asked for, `train`, `test` and `config` are those of the largest.
    """

    train: ExportedFile | None
    test: ExportedFile | None
    rejected: ExportedFile | None
    reasons: Mapping[str, int]
    review: ReviewCounts | None
    skipped: tuple[SkippedRow, ...] = ()
    unfinished: str = ""
    config: ExportedConfig | None = None
    subsets: tuple[ExportedSubset, ...] = ()


@checks_arguments
def export(
    source: Source,
    format: Format | None = None,
    output: FileName | None = None,
    *,
    trainer: Trainer | None = None,
    model: str = DEFAULT_MODEL,
    instructions: Iterable[int | str] = (),
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
        format: what the trainer reads. It may be left out where `trainer` is given.
        output: the file to write. The default for a run is `export/FORMAT.jsonl` in its folder.
        trainer: write a configuration of this trainer beside the rows, as `NAME.TRAINER.yaml` (see `trainers`).
        model: the base model that the configuration names: a folder, or a name on the Hub.
        instructions: write subsets with so many generated instructions, and the seeds in each, as `NAME.SIZE.jsonl`:
            numbers, `seeds` or `all` (see `subsets`).
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
    read_options = ReadOptions(**reading)
    chosen = choose_format(format, trainer)
    sizes = parse_sizes(instructions)
    options = FormatOptions(
        format=chosen,
        mode=mode,
        random_seed=random_seed,
        system_prompt=system_prompt,
        join=join,
        end_of_text=end_of_text,
        language=language or language_of(source),
    )
    files = output_files(source, Path(output) if output is not None else None, chosen)
    names = [str(size) for size in sizes] or [""]
    if not files.are_ours:
        written_files = [file(name) for name in names for file in (files.train, files.test)]
        configs = [files.config(name, trainer) for name in names if trainer is not None]
        refuse_to_replace(source, [*written_files, *configs, files.rejected], overwrite=overwrite)
    rows, left_out, review = training_rows(source, parse_included(include), read_options)
    generated = list(rows)
    has_seeds = include_seeds or (bool(sizes) and seed_tasks is None)
    seeds = list(training_seeds(source, seed_tasks, include_seeds=has_seeds))
    formatted = format_rows([*generated, *seeds], options, test_fraction=test_fraction)
    skipped = tuple(rows.skipped) if isinstance(rows, RowSource) else ()
    rejected = [*_rejected(left_out, formatted.rejected), *map(_unreadable, skipped)]
    reasons = Counter(str(row["reason"]) for row in rejected)
    if not formatted.train and not formatted.test:
        if rejected and files.are_ours:
            write_files({files.rejected: rejected})
        why = _why(rejected, reasons, files)
        raise InputFileError(f"No row of {name_of(source)} can be used: {why}.{_remedy(left_out)}", name_of(source))
    parts = (
        split_into_parts(generated, seeds, sizes, options, test_fraction)
        if sizes
        else (Part("", 0, formatted, options),)
    )
    configs_of = make_configs(parts, files, trainer, model) if trainer is not None else Configs()
    contents = {path: rows for part in parts for path, rows in part.contents(files).items()}
    written = write_files({**contents, files.rejected: rejected}, configs_of.texts)
    if chosen == "openai":
        for path in written.keys() - {files.rejected}:
            written[path] = replace(written[path], findings=tuple(check_openai_file(path)))
    subsets = tuple(
        ExportedSubset(
            part.size,
            part.num_instructions,
            written.get(files.train(part.name)),
            written.get(files.test(part.name)),
            configs_of.by_part.get(part.name),
        )
        for part in parts
    )
    whole = max(subsets, key=lambda subset: subset.num_instructions)
    return ExportResult(
        whole.train,
        whole.test,
        written.get(files.rejected),
        reasons,
        review,
        skipped,
        unfinished(source),
        whole.config,
        subsets if sizes else (),
    )


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


def _why(rejected: Sequence[Row], reasons: Mapping[str, int], files: OutputFiles) -> str:
    """Why nothing can be used: in a file that the next try may replace, or with the first row as an example."""
    if not rejected:
        return "it has no rows"
    counts = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    if files.are_ours:
        return f"{files.rejected} says why for each ({counts})"
    detail = f" ({rejected[0]['detail']})" if rejected[0]["detail"] else ""
    return f"{counts}; the first is {rejected[0]['reason']}{detail}"


def _remedy(left_out: Sequence[LeftOutRow]) -> str:
    """What to do where the decisions of the review left rows out; empty where they did not."""
    if not left_out:
        return ""
    status = max(row.status.value for row in left_out)  # those that are undecided before those that were dropped
    return f" Rate some, or export the {status} rows with `include={status}`."
