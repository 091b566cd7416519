"""Ratings come back and decide: what people answered, written beside the run, and a decision on each row.

In DIR/review:

- `ratings.jsonl`: each submitted answer that is in force. It only grows: an answer whose record, dataset or rater was
  deleted in Argilla stays.
- `replaced_ratings.jsonl`: answers pulled earlier which their own rater changed or took back since.
- `decisions.jsonl`: each row of the run with its verdict and reason, and the output to use.
- `pull.json`: counts, what was odd, and answers that are no rating (to questions, with values or about records that
  are not known here).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct import journal, jsonl
from distilabel_selfinstruct.decisions import Decision, DecisionRule, decide
from distilabel_selfinstruct.errors import ReviewError, RunFolderError
from distilabel_selfinstruct.ratings import QUESTIONS, read_ratings, write_ratings
from distilabel_selfinstruct.review.connection import shown
from distilabel_selfinstruct.review.folder import ReviewFolder, Row, about_rows, usable
from distilabel_selfinstruct.review.merging import Merged, OtherAnswer, merge
from distilabel_selfinstruct.review.responses import (
    DISCARDED,
    DRAFT,
    SUBMITTED,
    RatedDataset,
    Reading,
    Target,
    read_responses,
)

if TYPE_CHECKING:
    import argilla as rg


@dataclass(frozen=True, slots=True)
class PullResult:
    """What a pull brought. `description` is what `pull.json` holds, `notes` says in sentences what was odd."""

    folder: ReviewFolder
    reading: Reading
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
    report: Callable[[int, int], None] | None = None,
) -> PullResult:
    """Read all submitted answers about a run, put them with those pulled before, and decide.

    Args:
        client: with the key of an owner or admin.
        run: the output folder of the run.
        rule: when a row is kept.
        names: which datasets; by default all that were pushed for this run.
        workspace: where they are; by default where they were pushed.
        report: called with records read and in all.

    Raises:
        ReviewError: Argilla cannot be reached, or has none of the datasets, or nothing of ours is asked there.
        RunFolderError: the folder holds no run, or another pull is at work in it.
        InputFileError: a file in it is damaged.
    """
    folder, rule = ReviewFolder(run), rule or DecisionRule()
    all_rows = folder.read_rows()
    rows = usable(all_rows)
    try:
        folder.path.mkdir(exist_ok=True)
        with journal.lock(folder.lock):
            before = folder.read_pulled()
            reading = read_responses(
                client,
                folder.targets(names, workspace),
                known_users=before.get("users", {}),
                report=report,
            )
            require_our_questions(reading)
            merged = merge(
                about_rows(rows),
                reading.responses,
                read_ratings(folder.ratings) if folder.ratings.exists() else (),
                other_answers(before, folder.pulled),
            )
            decisions = decide(rows, merged.ratings, rule)
            description = _description(rows, reading, merged, decisions, rule, folder.questions())
            description["unusable_rows"] = len(all_rows) - len(rows)
            if names:  # what lies in other datasets is neither gone nor deleted
                description.update(gone=0, deleted_records=0)
            _write(folder, merged, decisions, description)
    except OSError as error:
        raise RunFolderError(f"Cannot write to {folder.path}: {error.strerror or error}.") from error
    return PullResult(folder, reading, merged, tuple(decisions), description, tuple(_notes(description, reading)))


def require_our_questions(reading: Reading) -> None:
    """Refuse datasets that ask nothing of what we know.

    Raises:
        ReviewError: one of them has none of our questions.
    """
    for dataset in reading.datasets:
        if not set(dataset.questions) & set(QUESTIONS):
            raise ReviewError(
                f"The dataset {dataset.target.name!r} at {shown(reading.url)} asks {', '.join(dataset.questions)} and "
                f"none of our questions ({', '.join(QUESTIONS)}): name the one that was pushed with --dataset."
            )


def decision_row(decision: Decision) -> Row:
    """A decision as a row: the verdict, then the columns of the run's row with the output to use."""
    return {
        "record": decision.record,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "detail": decision.detail,
        "num_raters": decision.num_raters,
        "corrected": decision.corrected,
        **decision.row,
        "output": decision.output,
        "original_output": decision.row["output"],
    }


def other_answers(description: dict[str, Any], path: Path) -> list[OtherAnswer]:
    """The answers that are no ratings in what `pull.json` holds.

    Raises:
        ReviewError: it is damaged.
    """
    try:
        return [OtherAnswer(**one) for one in description.get("other_answers", [])]
    except TypeError as error:
        raise ReviewError(f"{path} is damaged (other_answers: {error}): mend or remove it.") from error


def _description(
    rows: Sequence[Row],
    reading: Reading,
    merged: Merged,
    decisions: Sequence[Decision],
    rule: DecisionRule,
    questions: Sequence[str],
) -> dict[str, Any]:
    records = about_rows(rows)
    there = {record for dataset in reading.datasets for record in dataset.records}
    rated = {rating.record for rating in merged.ratings}
    pushed = {record for dataset in reading.datasets for record in dataset.target.pushed}
    return {
        "pulled_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "server": shown(reading.url),
        "datasets": [_dataset(dataset, questions) for dataset in reading.datasets],
        "deleted_datasets": [_target(target) for target in reading.deleted],
        "records": len(records),
        "missing_records": len(records.keys() - there),
        "unknown_records": len(there - records.keys()),
        "deleted_records": len((rated | pushed) - there),
        **{name: sum(dataset.count(status) for dataset in reading.datasets) for name, status in _STATUSES.items()},
        "raters": sorted({rating.rater for rating in merged.ratings}),
        "rated_records": len(rated & records.keys()),
        "ratings": len(merged.ratings),
        "gone": merged.num_gone,
        "replaced": len(merged.replaced),
        "rule": asdict(rule),
        "verdicts": dict(Counter(decision.verdict for decision in decisions)),
        "reasons": dict(Counter(decision.reason for decision in decisions)),
        "corrected": sum(decision.corrected for decision in decisions),
        "unknown_users": list(reading.unknown_users),
        "users": {identity: name for identity, name in reading.users.items() if name in _raters(reading)},
        "other_answers": [asdict(answer) for answer in merged.other],
    }


_STATUSES = {"submitted": SUBMITTED, "drafts": DRAFT, "discarded": DISCARDED}


def _raters(reading: Reading) -> set[str]:
    return {response.rater for response in reading.responses}


def _target(target: Target) -> dict[str, Any]:
    return {"name": target.name, "workspace": target.workspace, "rater": target.rater}


def _dataset(dataset: RatedDataset, questions: Sequence[str]) -> dict[str, Any]:
    return {
        **_target(dataset.target),
        "records": len(dataset.records),
        "completed": sum(dataset.records.values()),
        "min_submitted": dataset.min_submitted,
        **{name: dataset.count(status) for name, status in _STATUSES.items()},
        "missing_questions": [question for question in questions if question not in dataset.questions],
        "unknown_questions": [question for question in dataset.questions if question not in QUESTIONS],
    }


def _notes(description: dict[str, Any], reading: Reading) -> Iterable[str]:
    for target in reading.deleted:
        yield f"The dataset {target.name!r} is no longer in Argilla; what was pulled from it before is kept."
    for dataset in description["datasets"]:
        changes = [
            f"{kind} {', '.join(dataset[questions])}"
            for kind, questions in (("does not ask", "missing_questions"), ("also asks", "unknown_questions"))
            if dataset[questions]
        ]
        if changes:
            yield f"The dataset {dataset['name']!r} has other questions than were pushed: it {' and '.join(changes)}."
    for what, count in (
        ("Rows of the run without usable texts, which cannot be rated", description["unusable_rows"]),
        ("Records that were pushed or rated and are no longer in Argilla", description["deleted_records"]),
        ("Records in Argilla that are no rows of this run", description["unknown_records"]),
        ("Answers pulled before and gone from Argilla since, kept", description["gone"]),
        ("Answers pulled before that their rater has changed or taken back", description["replaced"]),
        ("Raters without a user account, called user-<id>", len(description["unknown_users"])),
    ):
        if count:
            yield f"{what}: {count:,}."
    reasons = Counter(answer["why"] for answer in description["other_answers"])
    for why, count in sorted(reasons.items()):
        yield f"Answers that count for nothing ({why}), kept in pull.json: {count:,}."


def _write(folder: ReviewFolder, merged: Merged, decisions: Sequence[Decision], description: dict[str, Any]) -> None:
    """Write all files, each whole. What leaves `ratings.jsonl` is in its other file before."""
    if merged.replaced:
        appender = jsonl.Appender(folder.replaced)
        appender.append(asdict(rating) for rating in merged.replaced)
        appender.close()
    write_ratings(folder.ratings, merged.ratings)
    jsonl.write(folder.decisions, map(decision_row, decisions))
    partial = folder.pulled.with_suffix(".partial")
    partial.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    partial.replace(folder.pulled)
