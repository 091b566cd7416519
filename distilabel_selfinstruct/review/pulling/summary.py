"""The counts of a review, and what is odd about it: the content of `pull.json`, and the notes of the commands."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.ratings.answers import QUESTIONS
from distilabel_selfinstruct.review.argilla.responses import DISCARDED, DRAFT, SUBMITTED, RatedDataset, Target
from distilabel_selfinstruct.review.pulling.gather import Gathered
from distilabel_selfinstruct.review.pulling.merge import OtherAnswer


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """A dataset that was read.

    `completed` counts the records that at least `min_submitted` people have rated; `submitted`, `drafts` and
    `discarded` count responses. `missing_questions` were pushed and are not asked; `unknown_questions` are asked and
    are not ours. `strangers` submitted answers, although the dataset was pushed for another rater.
    """

    name: str
    workspace: str
    rater: str | None
    records: int
    completed: int
    min_submitted: int
    submitted: int
    drafts: int
    discarded: int
    missing_questions: tuple[str, ...]
    unknown_questions: tuple[str, ...]
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeletedDataset:
    """A dataset that was pushed and is no longer in Argilla."""

    name: str
    workspace: str
    rater: str | None


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """The counts of a review. The fields are also the keys of `pull.json`.

    Attributes:
        server: the address of Argilla.
        datasets: the datasets that were read.
        deleted_datasets: the datasets that no longer exist.
        records: how many records the rows of the run make.
        unusable_rows: how many rows have texts that nobody can rate.
        missing_records: how many records are not in Argilla, whether they were pushed or not.
        deleted_records: how many records were pushed or rated and are no longer in Argilla.
        unknown_records: how many records in Argilla belong to no row.
        submitted: how many responses are submitted.
        drafts: how many responses are drafts.
        discarded: how many responses are discarded.
        raters: who has given a rating.
        rated_records: how many records have a rating.
        ratings: how many answers count.
        gone: how many of these the server no longer has.
        replaced: how many answers pulled before their rater has changed or taken back.
        unknown_users: the user ids of raters without a name.
        users: the names of the raters by user id.
        other_answers: answers that cannot be ratings.
    """

    server: str
    datasets: tuple[DatasetSummary, ...]
    deleted_datasets: tuple[DeletedDataset, ...]
    records: int
    unusable_rows: int
    missing_records: int
    deleted_records: int
    unknown_records: int
    submitted: int
    drafts: int
    discarded: int
    raters: tuple[str, ...]
    rated_records: int
    ratings: int
    gone: int
    replaced: int
    unknown_users: tuple[str, ...]
    users: Mapping[str, str]
    other_answers: tuple[OtherAnswer, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd, one sentence each; empty if everything is as it was pushed."""
        return tuple(_notes(self))


def summarize(gathered: Gathered, questions: Sequence[str]) -> ReviewSummary:
    """Count what was read.

    Args:
        gathered: rows and answers.
        questions: the questions that were asked when the datasets were pushed.
    """
    reading, merged, tasks = gathered.reading, gathered.merged, gathered.tasks
    in_argilla = {record for dataset in reading.datasets for record in dataset.records}
    rated = {rating.record for rating in merged.ratings}
    pushed = {record for dataset in reading.datasets for record in dataset.target.pushed}
    names = {response.rater for response in reading.responses}
    datasets = tuple(_dataset(dataset, questions) for dataset in reading.datasets)
    return ReviewSummary(
        server=reading.url,
        datasets=datasets,
        deleted_datasets=tuple(_deleted(target) for target in reading.deleted),
        records=len(tasks),
        unusable_rows=gathered.num_unusable,
        missing_records=len(tasks.keys() - in_argilla),
        deleted_records=len(((rated if gathered.complete else set()) | pushed) - in_argilla),
        unknown_records=len(in_argilla - tasks.keys()),
        submitted=sum(dataset.submitted for dataset in datasets),
        drafts=sum(dataset.drafts for dataset in datasets),
        discarded=sum(dataset.discarded for dataset in datasets),
        raters=tuple(sorted({rating.rater for rating in merged.ratings})),
        rated_records=len(rated & tasks.keys()),
        ratings=len(merged.ratings),
        gone=merged.num_gone if gathered.complete else 0,
        replaced=len(merged.replaced),
        unknown_users=reading.unknown_users,
        users={identity: name for identity, name in reading.users.items() if name in names},
        other_answers=merged.other,
    )


def notes_on_waiting(summary: ReviewSummary, num_waiting: int, min_raters: int) -> Iterator[str]:
    """Why no second person can rate rows that have been rated, a sentence for each reason.

    Args:
        summary: what was read.
        num_waiting: how many rows have fewer raters than the rule asks for, but one or more.
        min_raters: how many raters the rule asks for.
    """
    if not num_waiting:
        return
    for dataset in summary.datasets:
        if dataset.rater is None and dataset.completed and dataset.min_submitted < min_raters:
            yield (
                f"{num_waiting:,} rows have fewer than {min_raters} raters, and a record of the dataset "
                f"{dataset.name!r} leaves the queues of all when {dataset.min_submitted} have answered: push again "
                f"with `min_submitted={min_raters}`, and it comes back to the others."
            )
    if any(dataset.rater is not None for dataset in summary.datasets):
        yield (
            f"{num_waiting:,} rows have fewer than {min_raters} raters. Of the datasets for one rater each, only the "
            "records that were pushed with `shared` can get several."
        )


def _dataset(dataset: RatedDataset, questions: Sequence[str]) -> DatasetSummary:
    return DatasetSummary(
        name=dataset.target.name,
        workspace=dataset.target.workspace,
        rater=dataset.target.rater,
        records=len(dataset.records),
        completed=sum(dataset.records.values()),
        min_submitted=dataset.min_submitted,
        submitted=dataset.count(SUBMITTED),
        drafts=dataset.count(DRAFT),
        discarded=dataset.count(DISCARDED),
        missing_questions=tuple(question for question in questions if question not in dataset.questions),
        unknown_questions=tuple(question for question in dataset.questions if question not in QUESTIONS),
        strangers=_strangers(dataset),
    )


def _strangers(dataset: RatedDataset) -> tuple[str, ...]:
    if dataset.target.rater is None:
        return ()
    submitted = {response.rater for response in dataset.responses if response.status == SUBMITTED}
    return tuple(sorted(submitted - {dataset.target.rater}))


def _deleted(target: Target) -> DeletedDataset:
    return DeletedDataset(target.name, target.workspace, target.rater)


def _notes(summary: ReviewSummary) -> Iterator[str]:
    for deleted in summary.deleted_datasets:
        yield f"The dataset {deleted.name!r} is no longer in Argilla; the answers pulled from it before are kept."
    for dataset in summary.datasets:
        changes = [
            f"{verb} {', '.join(questions)}"
            for verb, questions in (
                ("does not ask", dataset.missing_questions),
                ("also asks", dataset.unknown_questions),
            )
            if questions
        ]
        if changes:
            yield f"The dataset {dataset.name!r} has other questions than were pushed: it {' and '.join(changes)}."
        if dataset.strangers:
            yield (
                f"The dataset {dataset.name!r} was pushed for {dataset.rater}, and {' and '.join(dataset.strangers)} "
                "answered there too. These answers count: delete them in Argilla if they must not."
            )
    for what, count in (
        ("Rows of the run without usable texts, which nobody can rate", summary.unusable_rows),
        ("Records that were pushed or rated and are no longer in Argilla", summary.deleted_records),
        ("Records in Argilla that belong to no row of this run", summary.unknown_records),
        ("Answers that were pulled before and are kept, though Argilla no longer has them", summary.gone),
        ("Answers pulled before that their rater has changed or taken back", summary.replaced),
        ("Raters without a user account, called user-<id>", len(summary.unknown_users)),
    ):
        if count:
            yield f"{what}: {count:,}."
    reasons = Counter(answer.why for answer in summary.other_answers)
    for why, count in sorted(reasons.items()):
        yield f"Answers that do not count ({why}), kept in pull.json: {count:,}."
