"""The rows of a training: exported from a run or another dataset, or those of an exported file as they are."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from typing_extensions import Unpack

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.exporting import export
from distilabel_selfinstruct.exporting.training_rows import is_run, name_of, training_rows, training_seeds
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.finetuning.folder import DESCRIPTION, ROWS
from distilabel_selfinstruct.model_files import digest_of
from distilabel_selfinstruct.ratings.decision_file import parse_included
from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, RowSource, SkippedRow, Source
from distilabel_selfinstruct.records import Row

_COLUMNS = {"prompt", "completion"}


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Rows with `prompt` and `completion`, as the text of a JSON Lines file, and its SHA-256 digest.

    `skipped` are rows of the source that could not be read.
    """

    rows: tuple[Row, ...]
    text: str
    digest: str
    unfinished: str = ""
    skipped: tuple[SkippedRow, ...] = ()


def training_set(
    source: Source,
    *,
    instructions: int | str | None,
    include_seeds: bool,
    include: Iterable[str],
    random_seed: int,
    **reading: Unpack[ReadingArguments],
) -> TrainingSet:
    """The rows to train on.

    Args:
        source: the folder of a run, a file or dataset (see `exporting.export`), or a file in the format
            `trl-prompt-completion`, which is taken as it is.
        instructions: only a subset with so many generated instructions (see `exporting.subsets`).
        include_seeds: add the seed tasks of the run, as in the paper.
        include: decisions whose rows are taken too.
        random_seed: fixes order and wordings.
        **reading: how rows are read (see `reading.ReadOptions`).

    Raises:
        ConfigError: an option cannot work.
        InputFileError: the source cannot be read, or has no row to train on.
        RunFolderError: the run has no rows yet.
    """
    if instructions is not None and not is_run(source):
        raise ConfigError(
            f"`instructions` counts those that a run generated, and {name_of(source)} is no run: leave it out, or make "
            "the subset with selfinstruct export first."
        )
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / "rows.jsonl"
        if isinstance(source, str | os.PathLike) and is_exported(Path(source)):
            jsonl.write(file, jsonl.read(source))
            unfinished = ""
            skipped: tuple[SkippedRow, ...] = ()
        else:
            result = export(
                source,
                "trl-prompt-completion",
                file,
                instructions=() if instructions is None else (instructions,),
                include_seeds=include_seeds,
                include=include,
                random_seed=random_seed,
                **reading,
            )
            if result.train is None:
                raise InputFileError(f"{source} has no row to train on.")
            file, unfinished, skipped = result.train.path, result.unfinished, result.skipped
        text = file.read_text(encoding="utf-8")
        return TrainingSet(tuple(jsonl.read(file)), text, digest_of(file), unfinished, skipped)


def plain_rows(
    source: Source, *, include_seeds: bool, include: Iterable[str], options: ReadOptions | None = None
) -> Iterable[Row]:
    """The rows of a source with their instructions, inputs and outputs; of an exported file, with its prompts."""
    if isinstance(source, str | os.PathLike) and is_exported(Path(source)):
        return ({"instruction": row["prompt"], "output": row["completion"]} for row in jsonl.read(source))
    rows, _, _ = training_rows(source, parse_included(include), options)
    return (*rows, *training_seeds(source, None, include_seeds=include_seeds))


def trained_rows(source: str) -> Iterable[Row]:
    """The rows that a model was or may be trained on: those of a training, of a run with its seeds, or of a file.

    Raises:
        InputFileError: they cannot be read, or there are none.
    """
    folder = Path(source)
    if (folder / DESCRIPTION).exists():
        source = str(folder / ROWS)
    rows = plain_rows(source, include_seeds=(folder / run_layout.DESCRIPTION).exists(), include=())
    held = list(rows)
    if isinstance(rows, RowSource):
        rows.require_usable(len(held))
    if not held:
        raise InputFileError(f"{source} has no rows that a model can have been trained on.", source)
    return held


def is_exported(path: Path) -> bool:
    """Whether a file holds rows in the format `trl-prompt-completion`."""
    if not path.is_file() or path.suffix != ".jsonl":
        return False
    first = next(iter(jsonl.scan(path)), None)
    value = None if first is None or first.fault else first.value
    return (
        isinstance(value, dict) and value.keys() == _COLUMNS and all(isinstance(text, str) for text in value.values())
    )
