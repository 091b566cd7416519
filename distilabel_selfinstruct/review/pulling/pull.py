"""The ratings of people are pulled from Argilla, and each row of the run gets a decision.

The files in `DIR/review`:

- `ratings.jsonl`: every submitted answer that counts. An answer stays even if its record, dataset or rater is deleted
  in Argilla.
- `replaced_ratings.jsonl`: answers pulled before that their own rater changed or took back since.
- `decisions.jsonl`: every row of the run with the decision on it, the reason, and the output to use.
- `pull.json`: the counts, and answers that cannot be ratings because their question, value or record is not known here.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import writing
from distilabel_selfinstruct.files import atomic, jsonl
from distilabel_selfinstruct.files.locks import FolderLock, lock
from distilabel_selfinstruct.ratings.answers import Rating, write_ratings
from distilabel_selfinstruct.ratings.decision_file import write_decisions
from distilabel_selfinstruct.ratings.decisions import Decision, DecisionReason, DecisionRule, decide
from distilabel_selfinstruct.review.argilla.connection import open_client
from distilabel_selfinstruct.review.argilla.progress import OnProgress
from distilabel_selfinstruct.review.folder.review_folder import ReviewFolder
from distilabel_selfinstruct.review.pulling.gather import gather_run
from distilabel_selfinstruct.review.pulling.merge import Merged
from distilabel_selfinstruct.review.pulling.summary import ReviewSummary, notes_on_waiting, summarize

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class PullResult:
    """What a pull brought.

    Attributes:
        files: the paths of the files that were written.
        ratings: the answers that count.
        decisions: the decision on each row of the run, in their order.
        summary: the counts; `summary.notes` says in sentences what was odd.
        rule: when a row is kept.
    """

    files: ReviewFolder
    ratings: tuple[Rating, ...]
    decisions: tuple[Decision, ...]
    summary: ReviewSummary
    rule: DecisionRule

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd, and why rows wait for more raters, one sentence each."""
        waiting = sum(decision.reason is DecisionReason.TOO_FEW_RATERS for decision in self.decisions)
        return (*self.summary.notes, *notes_on_waiting(self.summary, waiting, self.rule.min_raters))


@checks_arguments
def pull_decisions(
    folder: str | os.PathLike[str],
    rule: DecisionRule | None = None,
    *,
    datasets: Sequence[str] = (),
    workspace: str | None = None,
    client: "rg.Argilla | None" = None,
    on_progress: OnProgress | None = None,
) -> PullResult:
    """Pull all submitted answers about a run, merge them with those pulled before, and decide on each row.

    No answer is ever lost, whatever was changed or deleted in Argilla since.

    Args:
        folder: the output folder of a run.
        rule: when a row is kept; by default, when more than half of its raters accept it.
        datasets: names of the datasets to read; by default, all that were pushed for this run.
        workspace: the workspace of the datasets; by default, where they were pushed.
        client: the connection, with the key of an owner or admin; by default, to the server that `ARGILLA_API_URL` and
            `ARGILLA_API_KEY` name, or else to the embedded server that runs on this machine.
        on_progress: is told the progress in each dataset.

    Raises:
        RunFolderError: the folder holds no run that has ended, a file in it is damaged, or another pull works in it.
        InputFileError: the file of the instances or of the ratings is damaged.
        OutputFileError: the folder cannot be written.
        ConfigError: there is an address without a key.
        ArgillaError: there is no server, it refuses, or it holds none of the datasets or none of our questions.
    """
    files, rule = ReviewFolder(folder), rule or DecisionRule()
    files.require_run()
    with open_client(client) as connected, lock_review(files):
        gathered = gather_run(connected, files, datasets=datasets, workspace=workspace, on_progress=on_progress)
        ratings = gathered.merged.ratings
        decisions = tuple(decide(gathered.rows, ratings, rule))
        summary = summarize(gathered, files.questions())
        described = {
            "pulled_at": utc_now(),
            "rule": asdict(rule),
            "verdicts": dict(Counter(decision.status.value for decision in decisions)),
            "reasons": dict(Counter(decision.reason.value for decision in decisions)),
            "corrected": sum(decision.corrected for decision in decisions),
        }
        with writing(files.path):
            write_decisions(files.decisions, decisions)
            write_pulled(files, gathered.merged, {**described, **asdict(summary)})
    return PullResult(files, ratings, decisions, summary, rule)


def lock_review(files: ReviewFolder) -> FolderLock:
    """Make the folder of a review, and lock it until the returned file is closed.

    Raises:
        OutputFileError: the folder cannot be made.
        FolderInUseError: another pull works in it.
    """
    with writing(files.path):
        files.path.mkdir(exist_ok=True)
        return lock(files.lock)


def utc_now() -> str:
    """The present time, to the second (ISO 8601, UTC)."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def write_pulled(files: ReviewFolder, merged: Merged, content: Mapping[str, Any]) -> None:
    """Write the ratings and `pull.json`. Replaced answers are on disk before they leave `ratings.jsonl`.

    Raises:
        OSError: a file cannot be written.
    """
    if merged.replaced:
        appender = jsonl.Appender(files.replaced)
        appender.append(asdict(rating) for rating in merged.replaced)
        appender.close()
    write_ratings(files.ratings, merged.ratings)
    atomic.write(files.pulled, json.dumps(content, indent=2) + "\n")
