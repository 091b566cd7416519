"""The blind comparison of models (paper, section 4.4): their answers go to Argilla without names, letters come back.

The files in the folder of a comparison:

- `comparison.json`: which model gave which answer (`key`). It is never sent to Argilla.
- `results.json`: the letters by model, by rater and by pair of models, and the agreement of the raters.
- `figure-6.svg`: the letters by model, as in Figure 6 of the paper (drawn by the command).
- `review/`: what was pushed, and every rating (`pull`).
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, RunFolderError, writing
from distilabel_selfinstruct.evaluation import Task
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.ratings.agreement import OVERALL_BINARY, QuestionAgreement, agreement_by_question
from distilabel_selfinstruct.ratings.answers import OVERALL, Rating
from distilabel_selfinstruct.ratings.comparison import Comparison, compare
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.review.argilla.connection import open_client
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE, dataset_name
from distilabel_selfinstruct.review.argilla.progress import OnProgress
from distilabel_selfinstruct.review.argilla.settings import read_settings
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
from distilabel_selfinstruct.review.pulling.gather import gather_run
from distilabel_selfinstruct.review.pulling.pull import lock_review, utc_now, write_pulled
from distilabel_selfinstruct.review.pulling.summary import ReviewSummary, summarize
from distilabel_selfinstruct.review.pushing.options import PushOptions
from distilabel_selfinstruct.review.pushing.push import push_and_record
from distilabel_selfinstruct.review.pushing.rows import PushResult

if TYPE_CHECKING:
    import argilla as rg

SETTINGS = "comparison"


class ComparisonFolder(ReviewFolder):
    """The paths of a comparison. Its rows are the answers."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        super().__init__(folder)
        self.results = self.run / "results.json"
        self.figure = self.run / "figure-6.svg"

    def require_run(self) -> None:
        """Check that the folder holds a comparison.

        Raises:
            RunFolderError: it does not, or the comparison cannot be read.
        """
        self.key()

    def key(self) -> ComparisonKey:
        """The key of the comparison: which model gave which answer.

        Raises:
            RunFolderError: the folder holds no comparison, or it cannot be read.
        """
        key = read_key(self.run)
        if key is None:
            raise RunFolderError(
                f"{self.run} holds no comparison: {KEY_FILE} is missing. Make it with selfinstruct review compare "
                "push.",
                self.run,
            )
        return key

    def read_rows(self) -> list[Row]:
        """The answers, in the order in which they were pushed.

        Raises:
            RunFolderError: the folder holds no comparison, or it cannot be read.
        """
        return [dict(answer.row) for answer in self.key().answers]


def review_folder(folder: str | os.PathLike[str]) -> ReviewFolder:
    """The review in a folder: of a comparison if there is one, else of a run."""
    return ComparisonFolder(folder) if (Path(folder) / KEY_FILE).exists() else ReviewFolder(folder)


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What to compare.

    Attributes:
        sample: how many tasks; None for all.
        random_seed: fixes the sample and the order of the records.
        incomplete: whether to compare also on tasks that not all models answer.
        min_submitted: how many people rate each answer. None as in `PushOptions`: all raters of the workspace, or the
            present number if the dataset exists.
        raters: the raters, each of whom rates every answer, in a dataset of their own; empty for one dataset that
            everybody in the workspace rates.
        workspace: the workspace. It is made if it does not exist and the user may make one.
        settings: what raters see and answer: `comparison`, or a YAML file with the question `overall`.
    """

    sample: int | None = None
    random_seed: int = 42
    incomplete: bool = False
    min_submitted: int | None = None
    raters: Sequence[str] = ()
    workspace: str = WORKSPACE
    settings: str = SETTINGS


@dataclass(frozen=True, slots=True)
class ComparisonPush:
    """What a push of a comparison did: the key, which raters must not see, and what went to Argilla."""

    key: ComparisonKey
    pushed: PushResult


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """The result of a comparison so far.

    Attributes:
        files: the paths of the files that were written.
        comparison: the letters, by model and by pair of models.
        agreement: how far the raters agree on the letters, and on acceptable (A or B) or not.
        summary: the counts of the pull.
        notes: what was odd or is missing, one sentence each.
    """

    files: ComparisonFolder
    comparison: Comparison
    agreement: tuple[QuestionAgreement, ...]
    summary: ReviewSummary
    notes: tuple[str, ...]


def push_comparison(
    folder: str | os.PathLike[str],
    answers: Mapping[str, Mapping[Task, str]],
    options: CompareOptions | None = None,
    *,
    references: Mapping[Task, str] | None = None,
    dataset: str | None = None,
    client: "rg.Argilla | None" = None,
    on_progress: OnProgress | None = None,
) -> ComparisonPush:
    """Push the answers of several models, and keep in the folder which model gave which answer.

    Pushing the same answers again adds nothing and loses nothing.

    Args:
        folder: the folder of the comparison.
        answers: the answer to each task, by model.
        options: what to compare.
        references: a right answer that raters see beside the answers to a task. The paper's raters saw one.
        dataset: name of the dataset; by default, `comparison-` and the name of the folder. If there are raters, the
            beginning of the names.
        client: the connection; by default as in `push_for_review`.
        on_progress: is told the progress after each request.

    Raises:
        ConfigError: there are fewer than two models, the name of the dataset contains the name of a model, or the
            settings cannot be used.
        InputFileError: there is no task to compare the models on.
        RunFolderError: the folder holds a run or another comparison, or a file in it is damaged.
        OutputFileError: the folder cannot be written.
        ArgillaError: as in `push_for_review`.
    """
    path, options = Path(folder), options or CompareOptions()
    if (path / run_layout.INSTANCES).exists():
        raise RunFolderError(f"{path} holds a run, which has a review of its own: choose another `output`.", path)
    if not any(question.name == OVERALL for question in read_settings(options.settings).questions):
        raise ConfigError(f"`settings` is {options.settings}, which does not ask {OVERALL!r}: add the question.")
    key = make_key(
        answers,
        random_seed=options.random_seed,
        sample=options.sample,
        incomplete=options.incomplete,
        references=references,
    )
    if read_pushed(path) is not None:
        key.require_extends(read_key(path), path)
    name = dataset or dataset_name(SETTINGS, path.resolve().name)
    named = [model for model in key.models if is_named_in(model, name)]
    if named:
        raise ConfigError(
            f"The dataset would be called {name!r}, which tells raters of the model {named[0]!r}: give another name "
            "with `dataset`."
        )
    options_of_push = PushOptions(
        workspace=options.workspace,
        settings=options.settings,
        min_submitted=options.min_submitted,
        random_seed=options.random_seed,
        raters=options.raters,
        shared=len(key.answers) if options.raters else 0,
    )
    rows = [answer.row for answer in key.answers]
    with open_client(client) as connected:
        # The key is written first: without it the ratings are worth nothing.
        write_key(path, key)
        pushed = push_and_record(
            path, rows, connected, name, options_of_push, keep_assignment=False, on_progress=on_progress
        )
    return ComparisonPush(key, pushed)


def pull_comparison(
    folder: str | os.PathLike[str],
    *,
    datasets: Sequence[str] = (),
    workspace: str | None = None,
    client: "rg.Argilla | None" = None,
    on_progress: OnProgress | None = None,
) -> ComparisonResult:
    """Pull the ratings of a comparison, merge them with those pulled before, and count the letters.

    Args:
        folder: the folder of the comparison.
        datasets: names of the datasets to read; by default, all that were pushed for it.
        workspace: the workspace of the datasets; by default, where they were pushed.
        client: the connection, with the key of an owner or admin; by default as in `pull_decisions`.
        on_progress: is told the progress in each dataset.

    Raises:
        RunFolderError: the folder holds no comparison, a file in it is damaged, or another pull works in it.
        InputFileError, OutputFileError, ConfigError, ArgillaError: as in `pull_decisions`.
    """
    files = ComparisonFolder(folder)
    key = files.key()
    with open_client(client) as connected, lock_review(files):
        gathered = gather_run(connected, files, datasets=datasets, workspace=workspace, on_progress=on_progress)
        ratings, pulled_at = gathered.merged.ratings, utc_now()
        summary = summarize(gathered, files.questions())
        comparison = compare(ratings, key.records)
        agreement, missing = _agreement(ratings)
        results = {
            "pulled_at": pulled_at,
            "tasks": key.num_tasks,
            **asdict(comparison),
            "agreement": [asdict(question) for question in agreement],
        }
        with writing(files.run):
            write_pulled(files, gathered.merged, {"pulled_at": pulled_at, **asdict(summary)})
            atomic.write(files.results, json.dumps(results, indent=2) + "\n")
    notes = filter(None, (*summary.notes, comparison.note, missing))
    return ComparisonResult(files, comparison, agreement, summary, tuple(notes))


def _agreement(ratings: Sequence[Rating]) -> tuple[tuple[QuestionAgreement, ...], str]:
    """The agreement on the letters, and a note if it cannot be computed."""
    try:
        questions = agreement_by_question(ratings)
    except MissingExtraError as error:
        return (), str(error)
    return tuple(question for question in questions if question.question in {OVERALL, OVERALL_BINARY}), ""
