"""The blind comparison of models (paper, section 4.4): their answers into Argilla without names, and the letters back.

In the folder of a comparison:

- `comparison.json`: who gave which answer (`comparison_key`); it stays here.
- `results.json`: the letters by model and by pair of models, and how far the raters agree.
- `review/`: what was pushed, and every rating (`pull`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.errors import ArgillaError, MissingExtraError, RunFolderError
from distilabel_selfinstruct.evaluation import Task
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.ratings.agreement import OVERALL_BINARY, QuestionAgreement, agreement_by_question
from distilabel_selfinstruct.ratings.answers import OVERALL, Rating
from distilabel_selfinstruct.ratings.comparison import Comparison, compare
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE, dataset_name
from distilabel_selfinstruct.review.comparing.key import (
    KEY_FILE,
    ComparisonKey,
    is_named_in,
    make_key,
    read_key,
    write_key,
)
from distilabel_selfinstruct.review.folder.push_file import read_pushed
from distilabel_selfinstruct.review.folder.review_folder import ReviewFolder
from distilabel_selfinstruct.review.pulling.gather import Report, gather_run
from distilabel_selfinstruct.review.pulling.pull import write_pulled
from distilabel_selfinstruct.review.pulling.summary import notes, summary
from distilabel_selfinstruct.review.pushing.push import PushOptions, PushProgress, PushResult, push_from

if TYPE_CHECKING:
    import argilla as rg

SETTINGS = "comparison"


class ComparisonFolder(ReviewFolder):
    """Paths of a comparison; its rows are the answers."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        self.results = self.run / "results.json"

    def require_run(self) -> None:
        """See to it that there is a comparison.

        Raises:
            RunFolderError: there is none, or it cannot be read.
        """
        self.key()

    def key(self) -> ComparisonKey:
        """Who gave which answer.

        Raises:
            RunFolderError: it is not there, or cannot be read.
        """
        key = read_key(self.run)
        if key is None:
            raise RunFolderError(
                f"{self.run} holds no comparison: {KEY_FILE} is missing. Make it with review compare push."
            )
        return key

    def read_rows(self) -> list[dict[str, Any]]:
        """The answers, in the order in which they were pushed.

        Raises:
            RunFolderError: there is no comparison.
        """
        return [dict(answer.row) for answer in self.key().answers]


def review_folder(folder: str | Path) -> ReviewFolder:
    """The review in a folder: of a comparison, or else of a run."""
    return ComparisonFolder(folder) if (Path(folder) / KEY_FILE).exists() else ReviewFolder(folder)


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What to compare and how often.

    Attributes:
        sample: how many tasks; None: all.
        seed: fixes the sample and the order of the records.
        incomplete: take also tasks that not all models answer.
        min_submitted: how many people rate each answer; None: what the settings say, or the dataset that is there.
        workspace: the workspace; made if it is not there and the user may.
    """

    sample: int | None = None
    seed: int = 42
    incomplete: bool = False
    min_submitted: int | None = None
    workspace: str = WORKSPACE


@dataclass(frozen=True, slots=True)
class Results:
    """What a comparison says so far. `agreement` is that on the letters, and on acceptable or not.

    `description` is what `review/pull.json` holds, `notes` says in sentences what was odd or is missing.
    """

    folder: ComparisonFolder
    comparison: Comparison
    agreement: tuple[QuestionAgreement, ...]
    description: dict[str, Any]
    notes: tuple[str, ...]


def push_comparison(
    folder: Path,
    client: "rg.Argilla",
    answers: Mapping[str, Mapping[Task, str]],
    options: CompareOptions = CompareOptions(),
    *,
    dataset: str | None = None,
    watch: Callable[[PushProgress], None] = lambda _: None,
) -> tuple[ComparisonKey, PushResult]:
    """Push the answers, and keep in the folder who gave which. The same again adds nothing and loses nothing.

    Args:
        folder: where the comparison is kept.
        client: the connection.
        answers: the answer to each task, by model.
        options: what to compare.
        dataset: name of the dataset; by default made of the folder's name.
        watch: is told the progress after each request.

    Raises:
        ConfigError: there are fewer than two models.
        ArgillaError: no task is answered by all, the dataset's name tells a model, or as of `push.push`.
        RunFolderError: the folder holds a run or another comparison, or cannot be written.
    """
    if (folder / run_layout.INSTANCES).exists():
        raise RunFolderError(f"{folder} holds a run, whose review is another: give the comparison its own --output.")
    key = make_key(answers, seed=options.seed, sample=options.sample, incomplete=options.incomplete)
    if read_pushed(folder) is not None:
        key.require_continues(read_key(folder), folder)
    name = dataset or dataset_name(SETTINGS, folder.resolve().name)
    told = [model for model in key.models if is_named_in(model, name)]
    if told:
        raise ArgillaError(
            f"The name of the dataset, {name!r}, tells raters of the model {told[0]!r}: give another with --dataset."
        )
    # Before anything is in Argilla: without the key its ratings are worth nothing.
    write_key(folder, key)
    pushed = PushOptions(
        workspace=options.workspace, settings=SETTINGS, min_submitted=options.min_submitted, seed=options.seed
    )
    return key, push_from(folder, [answer.row for answer in key.answers], client, name, pushed, watch=watch)


def pull_comparison(
    client: "rg.Argilla",
    folder: str | Path,
    *,
    names: Sequence[str] = (),
    workspace: str | None = None,
    report: Report | None = None,
) -> Results:
    """Get the ratings, put them with those pulled before, and count.

    Args:
        client: with the key of an owner or admin.
        folder: the folder of the comparison.
        names: which datasets; by default all that were pushed for it.
        workspace: where they are; by default where they were pushed.
        report: called with records read and in all, of one dataset.

    Raises:
        ArgillaError, InputFileError: as of `pull.pull`.
        RunFolderError: the folder holds no comparison, cannot be written, or another pull is at work in it.
    """
    place = ComparisonFolder(folder)
    key = place.key()
    try:
        place.path.mkdir(exist_ok=True)
        with lock(place.lock):
            gathered = gather_run(client, place, names=names, workspace=workspace, report=report)
            ratings = gathered.merged.ratings
            pulled_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
            description = {"pulled_at": pulled_at, **summary(gathered, place.questions())}
            write_pulled(place, gathered.merged, description)
            comparison = compare(ratings, key.records)
            agreement, missing = _agreement(ratings)
            _write_results(place.results, pulled_at, key, comparison, agreement)
    except OSError as error:
        raise RunFolderError(f"Cannot write to {place.run}: {error.strerror or error}.") from error
    said = [*notes(description), comparison.note, missing]
    return Results(place, comparison, agreement, description, tuple(filter(None, said)))


def _agreement(ratings: Sequence[Rating]) -> tuple[tuple[QuestionAgreement, ...], str]:
    try:
        questions = agreement_by_question(ratings)
    except MissingExtraError as error:
        return (), str(error)
    return tuple(one for one in questions if one.question in {OVERALL, OVERALL_BINARY}), ""


def _write_results(
    path: Path, pulled_at: str, key: ComparisonKey, comparison: Comparison, agreement: Sequence[QuestionAgreement]
) -> None:
    content = {
        "pulled_at": pulled_at,
        "tasks": key.num_tasks,
        **asdict(comparison),
        "agreement": [asdict(question) for question in agreement],
    }
    atomic.write(path, json.dumps(content, indent=2) + "\n")
