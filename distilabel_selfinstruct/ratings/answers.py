"""Answers of people about instances: the questions of the paper's section 3.3, and the file of ratings.

A ratings file is JSON Lines. Each line is one answer: `record`, `instruction`, `is_classification`, `rater`,
`question`, `value`, `updated_at`.
"""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timezone
from pathlib import Path

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl

VALID_TASK = "valid_task"
INPUT_APPROPRIATE = "input_appropriate"
OUTPUT_CORRECT = "output_correct"
OVERALL = "overall"
CORRECTED_OUTPUT = "corrected_output"
COMMENT = "comment"

QUALITY_QUESTIONS = (VALID_TASK, INPUT_APPROPRIATE, OUTPUT_CORRECT)
"""The three questions of Table 2, each answered by `yes` or `no`."""

YES, NO = "yes", "no"

OVERALL_RATINGS = ("A", "B", "C", "D")
"""The four levels of section 4.4, the best first."""

ANSWERS = {**dict.fromkeys(QUALITY_QUESTIONS, (YES, NO)), OVERALL: OVERALL_RATINGS}
"""The possible answers, by question. The other questions take any text."""

QUESTIONS = (*ANSWERS, CORRECTED_OUTPUT, COMMENT)


@dataclass(frozen=True, slots=True)
class Rating:
    """One submitted answer of one person to one question about one instance.

    `record` is the `record_id` of the instance, `updated_at` the time of the answer (ISO 8601, UTC). `value` is `yes`
    or `no`, a letter, or a text, by the question. `begun_at` is the time of the first draft of the response that the
    answer is part of, which tells it from other responses of its rater; empty if it is not known.
    """

    record: str
    instruction: str
    rater: str
    question: str
    value: str
    updated_at: str = ""
    is_classification: bool = False
    begun_at: str = ""


_FIELDS = tuple(field.name for field in fields(Rating))


def record_id(instruction: str, input: str, output: str) -> str:
    """The id of an instance in a review: 32 hexadecimal digits of a hash of its texts.

    Changed texts get another id, so an answer never counts for texts that its rater has not seen. The hash is taken of
    the texts as a file holds them, so an instance keeps its id when it is written and read.
    """
    line = jsonl.dumps({"instruction": instruction, "input": input, "output": output})
    return hashlib.sha256(line.encode()).hexdigest()[:32]


def latest_answers(ratings: Iterable[Rating]) -> dict[tuple[str, str, str], Rating]:
    """The answer that counts, by record, rater and question. The order of `ratings` does not matter.

    Questions and values that this package does not know are left out; a changed Argilla dataset may hold some. If a
    rater answered several times, the latest answer counts. If two answers have the same time, `no` counts, and else
    the last in the alphabet, which is the worst letter.
    """
    latest: dict[tuple[str, str, str], Rating] = {}
    for rating in ratings:
        if rating.question not in QUESTIONS or rating.value not in ANSWERS.get(rating.question, (rating.value,)):
            continue
        key = (rating.record, rating.rater, rating.question)
        if key not in latest or _rank(rating) > _rank(latest[key]):
            latest[key] = rating
    return latest


def instant(rating: Rating) -> datetime:
    """The time of the answer, in UTC; the earliest possible time if `updated_at` is missing or is not a time.

    A time without a zone is taken as UTC.
    """
    # Before Python 3.11, fromisoformat reads neither `Z` nor a fraction that has not three or six digits.
    text = re.sub(r"\.(\d+)", lambda fraction: "." + fraction[1][:6].ljust(6, "0"), rating.updated_at.strip())
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=timezone.utc)


def _rank(rating: Rating) -> tuple[datetime, bool, str]:
    return instant(rating), rating.value == NO, rating.value


def read_ratings(path: str | os.PathLike[str]) -> list[Rating]:
    """The answers in a ratings file, in the order of the file.

    Raises:
        InputFileError: the file cannot be read, or a line holds no answer; the message names line and field.
    """
    ratings = []
    for line in jsonl.scan(path):
        fault = f"the line {line.fault}. Repair or remove it" if line.fault else _fault(line.value)
        if fault:
            raise InputFileError(f"{os.fspath(path)}, line {line.number}: {fault}.", path)
        ratings.append(Rating(**{name: line.value[name] for name in _FIELDS if name in line.value}))
    return ratings


def write_ratings(path: str | os.PathLike[str], ratings: Iterable[Rating]) -> None:
    """Write a ratings file, and make its folder if need be. An older file is replaced once the new one is complete.

    Raises:
        OSError: the file cannot be written.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    jsonl.write(path, (asdict(rating) for rating in ratings))


def _fault(row: dict[str, object]) -> str:
    """What is wrong with a row of a ratings file; empty if it is an answer."""
    row = {"updated_at": "", "is_classification": False, "begun_at": "", **row}
    for name in ("record", "instruction", "rater", "question", "value", "updated_at", "begun_at"):
        if not isinstance(row.get(name), str):
            return f"{name!r} is {row.get(name)!r} and must be a text"
    if not isinstance(row["is_classification"], bool):
        return f"'is_classification' is {row['is_classification']!r} and must be true or false"
    question, value = str(row["question"]), str(row["value"])
    if question not in QUESTIONS:
        return f"'question' is {question!r} and must be one of {', '.join(QUESTIONS)}"
    if value not in ANSWERS.get(question, (value,)):
        return f"'value' of {question} is {value!r} and must be one of {', '.join(ANSWERS[question])}"
    return ""
