"""The instances of a run are pushed to Argilla, and `DIR/review/push.json` records what was pushed where."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config import described_run
from distilabel_selfinstruct.errors import ConfigError, RunFolderError, writing
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.run_rows import unfinished_run
from distilabel_selfinstruct.languages import find_pack
from distilabel_selfinstruct.reading import (
    ReadingArguments,
    ReadOptions,
    SkippedRow,
    Source,
    is_data,
    open_rows,
    stem,
)
from distilabel_selfinstruct.review.argilla.connection import open_client
from distilabel_selfinstruct.review.argilla.datasets import dataset_name
from distilabel_selfinstruct.review.argilla.progress import OnProgress
from distilabel_selfinstruct.review.argilla.settings import NAMES
from distilabel_selfinstruct.review.folder.push_file import (
    Pushed,
    PushedDataset,
    read_pushed,
    record_push,
)
from distilabel_selfinstruct.review.folder.review_folder import ReviewFolder
from distilabel_selfinstruct.review.pushing.options import PushOptions
from distilabel_selfinstruct.review.pushing.rows import PushResult, push_rows

if TYPE_CHECKING:
    import argilla as rg


@checks_arguments
def push_for_review(
    folder: Source,
    options: PushOptions | None = None,
    *,
    output: str | os.PathLike[str] | None = None,
    dataset: str | None = None,
    client: "rg.Argilla | None" = None,
    on_progress: OnProgress | None = None,
    **reading: Unpack[ReadingArguments],
) -> PushResult:
    """Push the instances of a run, or other rows, to Argilla for people to rate.

    Pushing the run again adds nothing, loses nothing and repairs a push that was interrupted.

    Args:
        folder: the output folder of a run; or a file, a saved dataset or rows.
        options: what to push, and how.
        output: the folder that keeps the review of rows that are no run; by default, their name and `-review`.
        dataset: name of the dataset; by default, `selfinstruct-` and the name of the folder.
        client: the connection; by default, to the server that `ARGILLA_API_URL` and `ARGILLA_API_KEY` name, or else to
            the embedded server that runs on this machine.
        on_progress: is told the progress after each request.
        **reading: how other rows are read (see `reading.ReadOptions`).

    Raises:
        RunFolderError: the folder holds no run that has ended, or its `push.json` is damaged.
        InputFileError: none of the instances can be rated, or their file is damaged.
        OutputFileError: `push.json` cannot be written.
        ConfigError: an option cannot work, or there is an address without a key.
        ArgillaError: there is no server, it refuses, or a dataset of this name has other questions.
    """
    review, skipped = _review_folder(folder, output, ReadOptions(**reading))
    rows = review.read_rows()
    run = review.run.resolve().name
    options = _in_its_language(options or PushOptions(), review.run)
    name = dataset or dataset_name("selfinstruct", run)
    with open_client(client) as connected:
        result = push_and_record(review.run, rows, connected, name, options, run=run, on_progress=on_progress)
    return replace(result, folder=review.run, skipped=skipped)


def _in_its_language(options: PushOptions, run: Path) -> PushOptions:
    """The options, with the settings of the run's language in place of the English ones of that name."""
    if options.settings not in NAMES or not (run / run_layout.DESCRIPTION).is_file():
        return options
    pack = find_pack(described_run(run)[1].language)
    own = pack.file("review", f"{options.settings}.yaml") if pack else None
    return replace(options, settings=str(own)) if own else options


def _review_folder(
    source: Source, output: str | os.PathLike[str] | None, options: ReadOptions
) -> tuple[ReviewFolder, tuple[SkippedRow, ...]]:
    """The folder of the review. That of rows that are no run is made, and holds them as a run does."""
    path = Path(source) if isinstance(source, str | os.PathLike) else None
    if path is not None and not is_data(path):
        if unfinished := unfinished_run(path):
            options.on_note(f"{unfinished} Only what it has so far is pushed.")
        return ReviewFolder(path), ()
    if path is None and output is None:
        raise ConfigError("Rows in memory have no folder for their review: name one as output.")
    review = ReviewFolder(Path(f"{stem(path)}-review") if output is None and path is not None else Path(output or ""))
    rows = open_rows(source, options).require("instruction", "output")
    instances = [{**row, "input": row.get("input") or ""} for row in rows]
    rows.require_usable(len(instances))
    if (review.run / run_layout.DESCRIPTION).exists() or (
        review.instances.exists() and review.read_rows() != [json.loads(jsonl.dumps(row)) for row in instances]
    ):
        raise RunFolderError(f"{review.run} holds other rows: choose another folder with `output`.", review.run)
    with writing(review.run):
        review.run.mkdir(parents=True, exist_ok=True)
        jsonl.write(review.instances, instances)
    return review, tuple(rows.skipped)


def push_and_record(
    folder: Path,
    rows: Iterable[Any],
    client: "rg.Argilla",
    dataset: str,
    options: PushOptions,
    *,
    run: str = "",
    keep_assignment: bool = True,
    on_progress: OnProgress | None = None,
) -> PushResult:
    """Push rows, and write `review/push.json` in the folder: before the first record is sent, and at the end.

    With `keep_assignment`, records of an earlier push stay with their raters.

    Raises:
        RunFolderError: `push.json` is damaged.
        OutputFileError: `push.json` cannot be written.
        ConfigError, InputFileError, ArgillaError: as in `push_rows`.
    """
    earlier = read_pushed(folder) if keep_assignment else None
    recorded = {"dataset": dataset, **asdict(options)}

    def record_start(datasets: tuple[PushedDataset, ...]) -> None:
        url = redact_url(client.api_url)
        record_push(folder, Pushed(url, datasets, recorded, counts={}, complete=False))

    result = push_rows(
        rows,
        client,
        dataset,
        options,
        run=run,
        before=earlier.assignment(dataset_name(dataset, rater) for rater in options.raters) if earlier else None,
        on_datasets=record_start,
        on_progress=on_progress,
    )
    record_push(folder, Pushed(result.url, result.datasets, recorded, result.counts, result.failed))
    return result
