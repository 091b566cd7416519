"""All answers about the rows of a run: those that Argilla holds now, and those that were pulled before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.ratings.answers import QUESTIONS, Rating, read_ratings, record_id
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.review.argilla.progress import OnProgress
from distilabel_selfinstruct.review.argilla.records import row_fault
from distilabel_selfinstruct.review.argilla.responses import Reading, Target, read_responses
from distilabel_selfinstruct.review.folder.review_folder import ReviewFolder
from distilabel_selfinstruct.review.pulling.merge import Merged, OtherAnswer, RatedTask, merge
from distilabel_selfinstruct.task_types import is_classification_task

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows that can be rated, and the answers about them.

    `tasks` has the task of each record, in the order of the rows. `num_unusable` counts the rows without usable texts.
    `complete` is False if only some datasets of the run were read; then nothing is known of the records in the others.
    """

    rows: tuple[Row, ...]
    tasks: Mapping[str, RatedTask]
    reading: Reading
    merged: Merged
    num_unusable: int = 0
    complete: bool = True


def gather(
    client: "rg.Argilla",
    rows: Sequence[Row],
    targets: Sequence[Target],
    *,
    replaced: Sequence[Row] = (),
    earlier: Sequence[Rating] = (),
    earlier_other: Sequence[OtherAnswer] = (),
    known_users: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> Gathered:
    """Read the datasets, and merge their answers with earlier ones. `replaced` are rows that the run had before.

    Raises:
        ArgillaError: Argilla cannot be reached, has none of the datasets, or one of them has none of our questions.
    """
    usable = tuple({**row, "input": row.get("input") or ""} for row in rows if not row_fault(row))
    reading = read_responses(client, targets, known_users=known_users, on_progress=on_progress)
    _require_our_questions(reading)
    tasks = _tasks(usable)
    merged = merge({**tasks, **_tasks(replaced)}, reading.responses, earlier, earlier_other)
    return Gathered(usable, tasks, reading, merged, num_unusable=len(rows) - len(usable))


def gather_run(
    client: "rg.Argilla",
    folder: ReviewFolder,
    *,
    datasets: Sequence[str] = (),
    workspace: str | None = None,
    on_progress: OnProgress | None = None,
) -> Gathered:
    """Gather the answers about a run: from the datasets that were pushed or named, and from earlier pulls.

    Raises:
        RunFolderError: the folder holds no run, or its `push.json` or `pull.json` is damaged.
        InputFileError: the file of the instances or of the ratings is damaged.
        ArgillaError: as in `gather`.
    """
    rows = folder.read_rows()
    before = folder.read_pulled()
    gathered = gather(
        client,
        rows,
        folder.targets(datasets, workspace),
        replaced=folder.read_replaced_rows(),
        earlier=read_ratings(folder.ratings) if folder.ratings.exists() else (),
        earlier_other=_other_answers(before, folder),
        known_users=before.get("users", {}),
        on_progress=on_progress,
    )
    return replace(gathered, complete=not datasets)


def _tasks(rows: Sequence[Row]) -> dict[str, RatedTask]:
    """The task of each row, by its record."""
    return {
        record_id(row["instruction"], row["input"], row["output"]): RatedTask(
            row["instruction"], is_classification_task(row.get("is_classification"))
        )
        for row in rows
    }


def _require_our_questions(reading: Reading) -> None:
    for dataset in reading.datasets:
        if not set(dataset.questions) & set(QUESTIONS):
            raise ArgillaError(
                f"The dataset {dataset.target.name!r} at {reading.url} asks {', '.join(dataset.questions)} and none of "
                f"our questions ({', '.join(QUESTIONS)}): name the dataset that was pushed with `datasets`.",
                reading.url,
            )


def _other_answers(before: Mapping[str, Any], folder: ReviewFolder) -> list[OtherAnswer]:
    try:
        return [OtherAnswer(**answer) for answer in before.get("other_answers", [])]
    except TypeError as error:
        raise folder.damaged_pull(f"other_answers: {error}") from error
