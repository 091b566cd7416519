"""The counts of a review and what is odd about it: what `pull.json` holds and what the commands say."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from distilabel_selfinstruct.ratings.answers import QUESTIONS
from distilabel_selfinstruct.review.argilla.connection import shown
from distilabel_selfinstruct.review.argilla.responses import DISCARDED, DRAFT, SUBMITTED, RatedDataset, Target
from distilabel_selfinstruct.review.pulling.gather import Gathered

STATUSES = {"submitted": SUBMITTED, "drafts": DRAFT, "discarded": DISCARDED}


def summary(gathered: Gathered, questions: Sequence[str]) -> dict[str, Any]:
    """The counts of what was read.

    `missing_records` are rows that are not in Argilla, pushed or not; `deleted_records` were pushed or rated and are no
    longer there; `unknown_records` are there and are no rows. `gone` counts answers pulled before that the server no
    longer has, `replaced` those that their rater has changed or taken back.

    Args:
        gathered: rows and answers.
        questions: what was asked when the datasets were pushed.
    """
    reading, merged, records = gathered.reading, gathered.merged, gathered.records
    there = {record for dataset in reading.datasets for record in dataset.records}
    rated = {rating.record for rating in merged.ratings}
    pushed = {record for dataset in reading.datasets for record in dataset.target.pushed}
    names = {response.rater for response in reading.responses}
    return {
        "server": shown(reading.url),
        "datasets": [_dataset(dataset, questions) for dataset in reading.datasets],
        "deleted_datasets": [_target(target) for target in reading.deleted],
        "records": len(records),
        "unusable_rows": gathered.num_unusable,
        "missing_records": len(records.keys() - there),
        "deleted_records": len(((rated if gathered.complete else set()) | pushed) - there),
        "unknown_records": len(there - records.keys()),
        **{name: sum(dataset.count(status) for dataset in reading.datasets) for name, status in STATUSES.items()},
        "raters": sorted({rating.rater for rating in merged.ratings}),
        "rated_records": len(rated & records.keys()),
        "ratings": len(merged.ratings),
        "gone": merged.num_gone if gathered.complete else 0,
        "replaced": len(merged.replaced),
        "unknown_users": list(reading.unknown_users),
        "users": {identity: name for identity, name in reading.users.items() if name in names},
        "other_answers": [asdict(answer) for answer in merged.other],
    }


def notes(counts: Mapping[str, Any]) -> Iterator[str]:
    """What is odd, one sentence each; nothing when all is as it was pushed."""
    for dataset in counts["deleted_datasets"]:
        yield f"The dataset {dataset['name']!r} is no longer in Argilla; what was pulled from it before is kept."
    for dataset in counts["datasets"]:
        changes = [
            f"{kind} {', '.join(dataset[questions])}"
            for kind, questions in (("does not ask", "missing_questions"), ("also asks", "unknown_questions"))
            if dataset[questions]
        ]
        if changes:
            yield f"The dataset {dataset['name']!r} has other questions than were pushed: it {' and '.join(changes)}."
    for what, count in (
        ("Rows of the run without usable texts, which cannot be rated", counts["unusable_rows"]),
        ("Records that were pushed or rated and are no longer in Argilla", counts["deleted_records"]),
        ("Records in Argilla that are no rows of this run", counts["unknown_records"]),
        ("Answers pulled before and gone from Argilla since, kept", counts["gone"]),
        ("Answers pulled before that their rater has changed or taken back", counts["replaced"]),
        ("Raters without a user account, called user-<id>", len(counts["unknown_users"])),
    ):
        if count:
            yield f"{what}: {count:,}."
    reasons = Counter(answer["why"] for answer in counts["other_answers"])
    for why, count in sorted(reasons.items()):
        yield f"Answers that count for nothing ({why}), kept in pull.json: {count:,}."


def _target(target: Target) -> dict[str, Any]:
    return {"name": target.name, "workspace": target.workspace, "rater": target.rater}


def _dataset(dataset: RatedDataset, questions: Sequence[str]) -> dict[str, Any]:
    return {
        **_target(dataset.target),
        "records": len(dataset.records),
        "completed": sum(dataset.records.values()),
        "min_submitted": dataset.min_submitted,
        **{name: dataset.count(status) for name, status in STATUSES.items()},
        "missing_questions": [question for question in questions if question not in dataset.questions],
        "unknown_questions": [question for question in dataset.questions if question not in QUESTIONS],
    }
