"""Rows become records in Argilla. Pushing the same rows again adds nothing, loses nothing and repairs a broken push.

The id of a record is the hash of its texts (`answers.record_id`), which the server keeps as its external id: the same
row is the same record, and changed texts are another record. If there are raters, each one gets a dataset, because
Argilla 2.8 cannot assign records within a dataset. It holds the records that all rate, and the rater's share of the
others.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.reading import SkippedRow
from distilabel_selfinstruct.review.argilla.datasets import (
    ReviewDataset,
    add_raters,
    count_raters,
    dataset_name,
    open_dataset,
)
from distilabel_selfinstruct.review.argilla.progress import OnProgress, TransferProgress
from distilabel_selfinstruct.review.argilla.records import FailedRow, Prepared, ReviewRecord, prepare
from distilabel_selfinstruct.review.argilla.settings import load_settings
from distilabel_selfinstruct.review.argilla.upload import Sent, Uploader, batches
from distilabel_selfinstruct.review.folder.push_file import PushedDataset
from distilabel_selfinstruct.review.pushing.options import PushOptions
from distilabel_selfinstruct.review.pushing.sampling import assign, sample

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class PushResult:
    """What a push did.

    Attributes:
        url: the address of Argilla.
        datasets: the datasets that received records.
        rows: how many rows there were.
        records: how many records were to be sent.
        created: how many records are new in a dataset.
        already_there: how many records a dataset held before; their metadata was overwritten.
        held: how many records the datasets hold now, those of other pushes included.
        duplicates: how many rows had the same texts as a row before.
        failed: the rows that are not in Argilla, and why.
        min_submitted: how many answers complete a record.
        folder: the folder of the review, if there is one.
        skipped: the rows of a file that could not be read.
    """

    url: str
    datasets: tuple[PushedDataset, ...]
    rows: int
    records: int
    created: int
    already_there: int
    held: int
    duplicates: int
    failed: tuple[FailedRow, ...] = ()
    min_submitted: int = 1
    folder: Path | None = None
    skipped: tuple[SkippedRow, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """All numbers, by name."""
        names = ("rows", "records", "created", "already_there", "held", "duplicates")
        return {**{name: int(getattr(self, name)) for name in names}, "failed": len(self.failed)}


@dataclass(frozen=True, slots=True)
class _Assignment:
    """The records that one rater rates, or everybody if `rater` is None, and their dataset."""

    dataset: ReviewDataset
    rater: str | None
    records: Sequence[ReviewRecord]

    def pushed(self, *, without: Container[str] = ()) -> PushedDataset:
        records = tuple(record.id for record in self.records if record.id not in without)
        return PushedDataset(self.dataset.name, self.dataset.workspace, self.rater, self.dataset.url, records)


def push_rows(
    rows: Iterable[Any],
    client: "rg.Argilla",
    dataset: str,
    options: PushOptions | None = None,
    *,
    run: str = "",
    before: Mapping[str, set[str]] | None = None,
    on_datasets: Callable[[tuple[PushedDataset, ...]], object] | None = None,
    on_progress: OnProgress | None = None,
) -> PushResult:
    """Push rows with `instruction`, `input` and `output`.

    Args:
        rows: the rows; some other columns become metadata.
        client: the connection, as of `connection.connect`.
        dataset: name of the dataset; if there are raters, the beginning of the names.
        options: what to push, and how.
        run: name of the run, for the metadata.
        before: raters by record id of an earlier push.
        on_datasets: is told the datasets before the first record is sent.
        on_progress: is told the progress after each request.

    Raises:
        ConfigError: the settings cannot be used, or no dataset can have this name.
        InputFileError: none of the rows can be rated.
        ArgillaError: a rater has no account, a dataset of this name has other questions, or the server fails.
    """
    options = options or PushOptions()
    prepared = prepare(rows, run=run)
    chosen: Sequence[ReviewRecord] = prepared.records
    if options.sample is not None:
        chosen = sample(chosen, options.sample, options.random_seed)
    if not chosen:
        reason = prepared.failed[0].reason if prepared.failed else "there are none"
        raise InputFileError(f"None of the {prepared.num_rows} rows can be rated: {reason}.")
    assignments = _assignments(client, dataset, chosen, options, before)
    if on_datasets is not None:
        on_datasets(tuple(assignment.pushed() for assignment in assignments))
    sent, created, held = Sent(), 0, 0
    total = sum(len(assignment.records) for assignment in assignments)
    for assignment in assignments:
        uploader = Uploader(client, assignment.dataset)
        held_before = uploader.count()
        for batch in batches(assignment.records):
            sent += uploader.send(batch)
            if on_progress is not None:
                on_progress(TransferProgress(sent.stored + len(sent.failed), total))
        held_now = uploader.count()
        held, created = held + held_now, created + held_now - held_before
    created = max(0, min(created, sent.stored))  # somebody else may have pushed or deleted records meanwhile
    refused = {record.id for record, _ in sent.failed}
    return PushResult(
        url=redact_url(client.api_url),
        datasets=tuple(assignment.pushed(without=refused) for assignment in assignments),
        rows=prepared.num_rows,
        records=len(chosen),
        created=created,
        already_there=sent.stored - created,
        held=held,
        duplicates=prepared.duplicates,
        failed=(*prepared.failed, *_refused(sent, prepared)),
        min_submitted=max(assignment.dataset.min_submitted for assignment in assignments),
    )


def _assignments(
    client: "rg.Argilla",
    dataset: str,
    records: Sequence[ReviewRecord],
    options: PushOptions,
    before: Mapping[str, set[str]] | None,
) -> list[_Assignment]:
    if not options.raters:
        # Argilla takes a record out of all queues as soon as it is complete, so several people rate each only if each
        # answer is asked for.
        raters = 0 if options.min_submitted else count_raters(client, options.workspace)
        return [_Assignment(_open(client, dataset, options, raters=raters), None, records)]
    add_raters(client, options.workspace, options.raters)
    assigned = assign(records, options.raters, options.shared, options.random_seed, before)
    return [
        _Assignment(_open(client, dataset_name(dataset, rater), options, rater), rater, own)
        for rater, own in assigned.items()
    ]


def _open(
    client: "rg.Argilla", name: str, options: PushOptions, rater: str | None = None, *, raters: int = 0
) -> ReviewDataset:
    """The dataset. A new one asks for as many answers to a record as there are `raters`, if the options give none."""
    import argilla as rg

    settings = load_settings(options.settings, client=client, min_submitted=options.min_submitted)
    if raters > settings.distribution.min_submitted:
        settings.distribution = rg.TaskDistribution(min_submitted=raters)
    return open_dataset(
        client,
        name,
        options.workspace,
        settings,
        min_submitted=options.min_submitted,
        rater=rater,
    )


def _refused(sent: Sent, prepared: Prepared) -> list[FailedRow]:
    reasons = {record.id: reason for record, reason in sent.failed}
    return [FailedRow(prepared.first_rows[record], record, reason) for record, reason in reasons.items()]
