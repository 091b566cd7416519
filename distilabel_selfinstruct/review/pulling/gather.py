"""All that people said about the rows of a run: what Argilla has now, and what was pulled before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.ratings.answers import QUESTIONS, Rating, read_ratings, record_id
from distilabel_selfinstruct.review.argilla.connection import shown
from distilabel_selfinstruct.review.argilla.records import row_fault
from distilabel_selfinstruct.review.argilla.responses import Reading, Target, read_responses
from distilabel_selfinstruct.review.folder.review_folder import ReviewFolder
from distilabel_selfinstruct.review.pulling.merge import About, Merged, OtherAnswer, merge

if TYPE_CHECKING:
    import argilla as rg

Row = dict[str, Any]
Report = Callable[[int, int], None]
"""Is called with records read and in all, of one dataset."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows that can be rated, and the answers about them.

    `records` says for each record of the rows, in their order, what it is about. `num_unusable` counts rows without
    usable texts. `complete` is False when only some of the datasets of the run were read: then nothing is known of
    what lies in the others.
    """

    rows: tuple[Row, ...]
    records: Mapping[str, About]
    reading: Reading
    merged: Merged
    num_unusable: int = 0
    complete: bool = True


def gather(
    client: "rg.Argilla",
    rows: Sequence[Row],
    targets: Sequence[Target],
    *,
    earlier: Sequence[Rating] = (),
    earlier_other: Sequence[OtherAnswer] = (),
    known_users: Mapping[str, str] | None = None,
    report: Report | None = None,
) -> Gathered:
    """Read the datasets and put their answers with the earlier ones.

    Raises:
        ArgillaError: Argilla cannot be reached, has none of the datasets, or one of them asks nothing of ours.
    """
    usable = tuple({**row, "input": row.get("input") or ""} for row in rows if not row_fault(row))
    reading = read_responses(client, targets, known_users=known_users, report=report)
    _require_our_questions(reading)
    records = _about(usable)
    merged = merge(records, reading.responses, earlier, earlier_other)
    return Gathered(usable, records, reading, merged, num_unusable=len(rows) - len(usable))


def gather_run(
    client: "rg.Argilla",
    folder: ReviewFolder,
    *,
    names: Sequence[str] = (),
    workspace: str | None = None,
    report: Report | None = None,
) -> Gathered:
    """The same for a run: its instances, the datasets that were pushed or named, and what was pulled before.

    Raises:
        RunFolderError: the folder holds no run, or `push.json` in it is damaged.
        InputFileError: the instances or the ratings that were pulled before are damaged.
        ArgillaError: `pull.json` is damaged, or as in `gather`.
    """
    rows = folder.read_rows()
    before = folder.read_pulled()
    gathered = gather(
        client,
        rows,
        folder.targets(names, workspace),
        earlier=read_ratings(folder.ratings) if folder.ratings.exists() else (),
        earlier_other=_other_answers(before, folder),
        known_users=before.get("users", {}),
        report=report,
    )
    return replace(gathered, complete=not names)


def _about(rows: Sequence[Row]) -> dict[str, About]:
    return {
        record_id(row["instruction"], row["input"], row["output"]): (
            row["instruction"],
            bool(row.get("is_classification")),
        )
        for row in rows
    }


def _require_our_questions(reading: Reading) -> None:
    for dataset in reading.datasets:
        if not set(dataset.questions) & set(QUESTIONS):
            raise ArgillaError(
                f"The dataset {dataset.target.name!r} at {shown(reading.url)} asks {', '.join(dataset.questions)} and "
                f"none of our questions ({', '.join(QUESTIONS)}): name the one that was pushed with --dataset."
            )


def _other_answers(before: Mapping[str, Any], folder: ReviewFolder) -> list[OtherAnswer]:
    try:
        return [OtherAnswer(**one) for one in before.get("other_answers", [])]
    except TypeError as error:
        raise ArgillaError(f"{folder.pulled} is damaged (other_answers: {error}): mend or remove it.") from error
