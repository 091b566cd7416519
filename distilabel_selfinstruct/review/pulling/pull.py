"""Ratings come back and decide: what people answered, written beside the run, and a decision on each row.

In DIR/review:

- `ratings.jsonl`: each submitted answer that is in force. An answer whose record, dataset or rater was deleted in
  Argilla stays.
- `replaced_ratings.jsonl`: answers pulled earlier which their own rater changed or took back since.
- `decisions.jsonl`: each row of the run with its verdict and reason, and the output to use.
- `pull.json`: counts, what was odd, and answers that are no rating (to questions, with values or about records that
  are not known here).
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.files import atomic, jsonl
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.ratings.answers import write_ratings
from distilabel_selfinstruct.ratings.decision_file import write_decisions
from distilabel_selfinstruct.ratings.decisions import Decision, DecisionRule, decide
from distilabel_selfinstruct.review.folder.review_folder import ReviewFolder
from distilabel_selfinstruct.review.pulling.gather import Report, gather_run
from distilabel_selfinstruct.review.pulling.merge import Merged
from distilabel_selfinstruct.review.pulling.summary import notes, summary

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class PullResult:
    """What a pull brought. `description` is what `pull.json` holds, `notes` says in sentences what was odd."""

    folder: ReviewFolder
    merged: Merged
    decisions: tuple[Decision, ...]
    description: dict[str, Any]
    notes: tuple[str, ...]


def pull(
    client: "rg.Argilla",
    run: str | Path,
    rule: DecisionRule | None = None,
    *,
    names: Sequence[str] = (),
    workspace: str | None = None,
    report: Report | None = None,
) -> PullResult:
    """Read all submitted answers about a run, put them with those pulled before, and decide.

    Args:
        client: with the key of an owner or admin.
        run: the output folder of the run.
        rule: when a row is kept.
        names: which datasets; by default all that were pushed for this run.
        workspace: where they are; by default where they were pushed.
        report: called with records read and in all, of one dataset.

    Raises:
        ArgillaError: Argilla cannot be reached, or has none of the datasets, or nothing of ours is asked there.
        RunFolderError: the folder holds no run, cannot be written, or another pull is at work in it.
        InputFileError: a file in it is damaged.
    """
    folder, rule = ReviewFolder(run), rule or DecisionRule()
    folder.require_run()
    try:
        folder.path.mkdir(exist_ok=True)
        with lock(folder.lock):
            gathered = gather_run(client, folder, names=names, workspace=workspace, report=report)
            decisions = tuple(decide(gathered.rows, gathered.merged.ratings, rule))
            description = {
                "pulled_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "rule": asdict(rule),
                "verdicts": dict(Counter(decision.verdict for decision in decisions)),
                "reasons": dict(Counter(decision.reason for decision in decisions)),
                "corrected": sum(decision.corrected for decision in decisions),
                **summary(gathered, folder.questions()),
            }
            write_decisions(folder.decisions, decisions)
            write_pulled(folder, gathered.merged, description)
    except OSError as error:
        raise RunFolderError(f"Cannot write to {folder.path}: {error.strerror or error}.") from error
    return PullResult(folder, gathered.merged, decisions, description, tuple(notes(description)))


def write_pulled(folder: ReviewFolder, merged: Merged, description: dict[str, Any]) -> None:
    """Write ratings and `pull.json`, each whole. What leaves `ratings.jsonl` is in its other file before."""
    if merged.replaced:
        appender = jsonl.Appender(folder.replaced)
        appender.append(asdict(rating) for rating in merged.replaced)
        appender.close()
    write_ratings(folder.ratings, merged.ratings)
    atomic.write(folder.pulled, json.dumps(description, indent=2) + "\n")
