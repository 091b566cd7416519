"""The state of a review: who has rated how much, what is left to rate, and the ratings so far."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.ratings.answers import Rating, read_ratings
from distilabel_selfinstruct.review.argilla.connection import open_client
from distilabel_selfinstruct.review.argilla.progress import OnProgress
from distilabel_selfinstruct.review.argilla.responses import DISCARDED, DRAFT, SUBMITTED, RatedDataset
from distilabel_selfinstruct.review.comparing.comparison import review_folder
from distilabel_selfinstruct.review.pulling.gather import gather_run
from distilabel_selfinstruct.review.pulling.summary import summarize

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class DatasetProgress:
    """The records of a dataset, and how many of them at least `min_submitted` people have rated."""

    name: str
    records: int
    completed: int
    min_submitted: int


@dataclass(frozen=True, slots=True)
class RaterProgress:
    """The responses of a rater, and how many records are left for them. Without a server only `submitted` is known."""

    dataset: str
    rater: str
    submitted: int
    drafts: int | None = None
    discarded: int | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewStatus:
    """The state of a review. `datasets` is empty without a server; `ratings` are all answers that count."""

    datasets: tuple[DatasetProgress, ...]
    raters: tuple[RaterProgress, ...]
    ratings: tuple[Rating, ...]
    notes: tuple[str, ...] = ()


def status(
    folder: str | os.PathLike[str],
    *,
    datasets: Sequence[str] = (),
    workspace: str | None = None,
    client: "rg.Argilla | None" = None,
    on_progress: OnProgress | None = None,
) -> ReviewStatus:
    """The state of the review of a run or a comparison in Argilla. Nothing is written.

    Args:
        folder: the folder of the run or the comparison.
        datasets: names of the datasets to read; by default, all that were pushed for it.
        workspace: the workspace of the datasets; by default, where they were pushed.
        client: the connection, with the key of an owner or admin; by default as in `pull_decisions`.
        on_progress: is told the progress in each dataset.

    Returns:
        The state; its ratings are those that a pull would write.

    Raises:
        ConfigError, RunFolderError, InputFileError, ArgillaError: as in `pull_decisions`.
    """
    files = review_folder(folder)
    files.require_run()
    with open_client(client) as connected:
        gathered = gather_run(connected, files, datasets=datasets, workspace=workspace, on_progress=on_progress)
    summary = summarize(gathered, files.questions())
    return ReviewStatus(
        datasets=tuple(
            DatasetProgress(dataset.name, dataset.records, dataset.completed, dataset.min_submitted)
            for dataset in summary.datasets
        ),
        raters=tuple(progress for dataset in gathered.reading.datasets for progress in rater_progress(dataset)),
        ratings=gathered.merged.ratings,
        notes=summary.notes,
    )


def offline_status(folder: str | os.PathLike[str]) -> ReviewStatus:
    """The state of a review when it was last pulled.

    Raises:
        RunFolderError: the folder holds no run, or nothing was pulled yet.
        InputFileError: the file of the ratings is damaged.
    """
    files = review_folder(folder)
    files.require_run()
    if not files.ratings.exists():
        raise RunFolderError(
            f"There is no {files.ratings}: get the ratings with selfinstruct review pull {files.run}.", files.run
        )
    ratings = read_ratings(files.ratings)
    submitted = Counter(rater for _, rater in {(rating.record, rating.rater) for rating in ratings})
    raters = tuple(RaterProgress("", rater, count) for rater, count in sorted(submitted.items()))
    return ReviewStatus((), raters, tuple(ratings))


def rater_progress(dataset: RatedDataset) -> Iterator[RaterProgress]:
    """What each rater has done and what is left for them. Raters are those of the dataset, and all who have responded.

    A record is left for a rater if Argilla still shows it to them as pending: it is not complete, and they have neither
    submitted nor discarded it.
    """
    statuses: dict[str, dict[str, str]] = {rater: {} for rater in dataset.raters}
    for response in dataset.responses:
        statuses.setdefault(response.rater, {})[response.record] = response.status
    for rater, by_record in sorted(statuses.items()):
        counts = Counter(by_record.values())
        done = {record for record, state in by_record.items() if state in {SUBMITTED, DISCARDED}}
        left = sum(not completed and record not in done for record, completed in dataset.records.items())
        yield RaterProgress(dataset.target.name, rater, counts[SUBMITTED], counts[DRAFT], counts[DISCARDED], left)
