"""Instances into Argilla for people to rate. Pushing again adds nothing, loses nothing and repairs what was cut off.

A record is known by the hash of its texts (`ratings.record_id`), which the server keeps as its external id: the same
row is the same record, changed texts are another one. With raters, each gets a dataset of their own, because Argilla
2.8 cannot assign records within one: it holds the records that all rate, and the rater's share of the rest.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.errors import ArgillaError, RunFolderError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.review.argilla.connection import shown
from distilabel_selfinstruct.review.argilla.datasets import (
    WORKSPACE,
    ReviewDataset,
    check_raters,
    dataset_name,
    open_dataset,
)
from distilabel_selfinstruct.review.argilla.records import FailedRow, Prepared, ReviewRecord, prepare
from distilabel_selfinstruct.review.argilla.settings import load_settings
from distilabel_selfinstruct.review.argilla.upload import Sent, Uploader, batches
from distilabel_selfinstruct.review.folder.push_file import Pushed, PushedDataset, merged, read_pushed, write_pushed
from distilabel_selfinstruct.review.pushing.sampling import assign, sample

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class PushOptions:
    """What to push and how.

    Attributes:
        workspace: the workspace; made if it is not there and the user may.
        settings: `instances`, `comparison`, or a YAML file.
        min_submitted: how many answers complete a record; None: what the settings say, or the dataset that is there.
        sample: how many instructions, one instance each; None: all instances of all.
        seed: fixes the sample and the assignment.
        raters: who rates; empty: everybody in the workspace, in one dataset.
        shared: with raters, how many records all of them rate.
    """

    workspace: str = WORKSPACE
    settings: str = "instances"
    min_submitted: int | None = None
    sample: int | None = None
    seed: int = 42
    raters: tuple[str, ...] = ()
    shared: int = 0


@dataclass(frozen=True, slots=True)
class PushProgress:
    """How far a push is: records sent, of how many, and how many of them the server refused."""

    sent: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class PushResult:
    """What a push did.

    `created` counts records that are new in a dataset, `already_there` those whose metadata was written anew;
    `held` counts all records of the datasets, those of other pushes too; `failed` are the rows that are not in
    Argilla, with their reasons.
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

    @property
    def counts(self) -> dict[str, int]:
        """The numbers."""
        names = ("rows", "records", "created", "already_there", "held", "duplicates")
        return {**{name: int(getattr(self, name)) for name in names}, "failed": len(self.failed)}


def push(
    rows: Iterable[Any],
    client: "rg.Argilla",
    dataset: str,
    options: PushOptions = PushOptions(),
    *,
    run: str = "",
    before: Mapping[str, set[str]] | None = None,
    watch: Callable[[PushProgress], None] = lambda _: None,
    opened: Callable[[tuple[PushedDataset, ...]], None] = lambda _: None,
) -> PushResult:
    """Push rows with `instruction`, `input` and `output`.

    Args:
        rows: the rows; more columns become metadata.
        client: the connection, as of `connection.connect`.
        dataset: name of the dataset; with raters, the start of the names.
        options: what to push and how.
        run: name of the run, for the metadata.
        before: raters by record id of an earlier push.
        watch: is told the progress after each request.
        opened: is told the datasets before the first record is sent.

    Raises:
        ArgillaError: a rater has no account, a dataset of the name asks other things, or the server is gone.
    """
    _check(options)
    prepared = prepare(rows, run=run)
    chosen: Sequence[ReviewRecord] = prepared.records
    if options.sample is not None:
        chosen = sample(chosen, options.sample, options.seed)
    if not chosen:
        reason = prepared.failed[0].reason if prepared.failed else "there are none"
        raise ArgillaError(f"None of the {prepared.num_rows} rows can be rated: {reason}.")
    shares: Mapping[str | None, Sequence[ReviewRecord]] = {None: chosen}
    if options.raters:
        check_raters(client, options.workspace, options.raters)
        shares = dict(assign(chosen, options.raters, options.shared, options.seed, before).items())
    targets = [(_open(client, dataset, rater, options), rater, records) for rater, records in shares.items()]
    opened(_pushed(targets))
    sent, created, held = Sent(), 0, 0
    total = sum(len(records) for _, _, records in targets)
    for target, _, records in targets:
        uploader = Uploader(client, target)
        there = uploader.count()
        for batch in batches(records):
            sent += uploader.send(batch)
            watch(PushProgress(sent.stored + len(sent.failed), total, len(sent.failed)))
        now = uploader.count()
        held, created = held + now, created + now - there
    created = max(0, min(created, sent.stored))  # somebody else may have pushed or deleted meanwhile
    return PushResult(
        url=shown(client.api_url),
        datasets=_pushed(targets, without={record.id for record, _ in sent.failed}),
        rows=prepared.num_rows,
        records=len(chosen),
        created=created,
        already_there=sent.stored - created,
        held=held,
        duplicates=prepared.duplicates,
        failed=(*prepared.failed, *_refused(sent, prepared)),
    )


def _open(client: "rg.Argilla", name: str, rater: str | None, options: PushOptions) -> ReviewDataset:
    """The dataset that a rater's records go to; without a rater, the one for everybody."""
    return open_dataset(
        client,
        name if rater is None else dataset_name(name, rater),
        options.workspace,
        load_settings(options.settings, client=client, min_submitted=options.min_submitted),
        min_submitted=options.min_submitted,
    )


def push_run(
    folder: Path,
    client: "rg.Argilla",
    options: PushOptions = PushOptions(),
    *,
    dataset: str | None = None,
    watch: Callable[[PushProgress], None] = lambda _: None,
) -> PushResult:
    """Push the instances of a run, and write `DIR/review/push.json`.

    Args:
        folder: the output folder of a run.
        client: the connection.
        options: what to push and how.
        dataset: name of the dataset; by default made of the folder's name.
        watch: is told the progress after each request.

    Raises:
        RunFolderError: the folder holds no instances, or cannot be written.
        ArgillaError: as of `push`.
    """
    path = folder / run_layout.INSTANCES
    if not path.is_file():
        raise RunFolderError(f"{folder} holds no instances to rate: {path.name} is missing.")
    run = folder.resolve().name
    name = dataset or dataset_name("selfinstruct", run)
    return push_from(folder, list(jsonl.read(path)), client, name, options, run=run, watch=watch)


def push_from(
    folder: Path,
    rows: Iterable[Any],
    client: "rg.Argilla",
    dataset: str,
    options: PushOptions,
    *,
    run: str = "",
    watch: Callable[[PushProgress], None] = lambda _: None,
) -> PushResult:
    """Push rows, and write `review/push.json` in the folder: before the first record is sent, and at the end.

    Raises:
        RunFolderError: the folder cannot be written.
        ArgillaError: as of `push`.
    """
    earlier = read_pushed(folder)
    known = earlier.datasets if earlier else ()
    described = {"dataset": dataset, **asdict(options)}

    def opened(datasets: tuple[PushedDataset, ...]) -> None:
        write_pushed(
            folder, Pushed(shown(client.api_url), merged(datasets, known), described, counts={}, complete=False)
        )

    result = push(
        rows,
        client,
        dataset,
        options,
        run=run,
        before=earlier.assignment(dataset_name(dataset, rater) for rater in options.raters) if earlier else None,
        watch=watch,
        opened=opened,
    )
    failed = tuple(asdict(row) for row in result.failed)
    datasets = merged(result.datasets, known)
    write_pushed(folder, Pushed(result.url, datasets, described, result.counts, failed))
    return result


def _pushed(
    targets: Iterable[tuple[ReviewDataset, str | None, Sequence[ReviewRecord]]], without: Container[str] = ()
) -> tuple[PushedDataset, ...]:
    return tuple(
        PushedDataset(
            target.name,
            target.workspace,
            rater,
            target.url,
            tuple(record.id for record in records if record.id not in without),
        )
        for target, rater, records in targets
    )


def _refused(sent: Sent, prepared: Prepared) -> list[FailedRow]:
    reasons = {record.id: reason for record, reason in sent.failed}
    return [FailedRow(prepared.rows[record], record, reason) for record, reason in reasons.items()]


def _check(options: PushOptions) -> None:
    if options.shared and not options.raters:
        raise ArgillaError(f"shared is {options.shared} and there are no raters to share: name them with --raters.")
    twice = sorted({rater for rater in options.raters if options.raters.count(rater) > 1})
    if twice:
        raise ArgillaError(f"The rater {twice[0]!r} is named twice: name each once with --raters.")
