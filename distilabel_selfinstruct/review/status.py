"""How far a review is: who has rated how much, what is left, and what the ratings say so far."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.ratings.answers import Rating, read_ratings
from distilabel_selfinstruct.review.argilla.responses import DISCARDED, DRAFT, SUBMITTED, RatedDataset
from distilabel_selfinstruct.review.comparing.comparison import review_folder
from distilabel_selfinstruct.review.pulling.gather import Report, gather_run
from distilabel_selfinstruct.review.pulling.summary import notes, summary

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class DatasetProgress:
    """Records of a dataset, and how many of them enough people have submitted."""

    name: str
    records: int
    completed: int
    min_submitted: int


@dataclass(frozen=True, slots=True)
class RaterProgress:
    """Responses of a rater, and how many records Argilla still has for them; without a server only `submitted`."""

    dataset: str
    rater: str
    submitted: int
    drafts: int | None = None
    discarded: int | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewStatus:
    """How far a review is. `datasets` is empty without a server; `ratings` are all answers in force."""

    datasets: tuple[DatasetProgress, ...]
    raters: tuple[RaterProgress, ...]
    ratings: tuple[Rating, ...]
    notes: tuple[str, ...] = ()


def status(
    client: "rg.Argilla",
    run: str | Path,
    *,
    names: Sequence[str] = (),
    workspace: str | None = None,
    report: Report | None = None,
) -> ReviewStatus:
    """The state of a run's review in Argilla; the ratings are those that a pull would write. Nothing is written.

    Raises:
        ArgillaError, RunFolderError, InputFileError: as in `pull.pull`.
    """
    folder = review_folder(run)
    gathered = gather_run(client, folder, names=names, workspace=workspace, report=report)
    datasets = gathered.reading.datasets
    return ReviewStatus(
        datasets=tuple(
            DatasetProgress(one.target.name, len(one.records), sum(one.records.values()), one.min_submitted)
            for one in datasets
        ),
        raters=tuple(progress for dataset in datasets for progress in rater_progress(dataset)),
        ratings=gathered.merged.ratings,
        notes=tuple(notes(summary(gathered, folder.questions()))),
    )


def offline_status(run: str | Path) -> ReviewStatus:
    """The state of a run's review when it was last pulled.

    Raises:
        RunFolderError: the folder holds no run, or nothing was pulled yet.
        InputFileError: the ratings are damaged.
    """
    folder = review_folder(run)
    folder.require_run()
    if not folder.ratings.exists():
        raise RunFolderError(
            f"{folder.ratings} is not there: get the ratings with selfinstruct review pull {folder.run}.", folder.run
        )
    ratings = read_ratings(folder.ratings)
    submitted = Counter(rater for _, rater in {(rating.record, rating.rater) for rating in ratings})
    raters = tuple(RaterProgress("", rater, count) for rater, count in sorted(submitted.items()))
    return ReviewStatus((), raters, tuple(ratings))


def rater_progress(dataset: RatedDataset) -> Iterable[RaterProgress]:
    """What each rater has done and what is left: those who belong to the dataset, and whoever else has responded.

    What is left for a rater are the records that Argilla still shows them as pending: not completed by others, and
    neither submitted nor discarded by themselves.
    """
    statuses: dict[str, dict[str, str]] = {rater: {} for rater in dataset.raters}
    for response in dataset.responses:
        statuses.setdefault(response.rater, {})[response.record] = response.status
    for rater, by_record in sorted(statuses.items()):
        counts = Counter(by_record.values())
        done = {record for record, of in by_record.items() if of in {SUBMITTED, DISCARDED}}
        left = sum(not completed and record not in done for record, completed in dataset.records.items())
        yield RaterProgress(dataset.target.name, rater, counts[SUBMITTED], counts[DRAFT], counts[DISCARDED], left)
