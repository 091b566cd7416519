"""What people said about instances: the questions of the paper's section 3.3, and a file of the answers.

A ratings file is JSON Lines, one answer a line: `record`, `instruction`, `is_classification`, `rater`, `question`,
`value`, `updated_at`.
"""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
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
"""The four levels of section 4.4, from the best."""

ANSWERS = {**dict.fromkeys(QUALITY_QUESTIONS, (YES, NO)), OVERALL: OVERALL_RATINGS}
"""The answers that can be given, by question. The other questions take any text."""

QUESTIONS = (*ANSWERS, CORRECTED_OUTPUT, COMMENT)


@dataclass(frozen=True, slots=True)
class Rating:
    """One submitted answer of one person to one question about one instance.

    `record` is the `record_id` of the instance, `updated_at` the time of the answer (ISO 8601, UTC). `value` is `yes`
    or `no`, a letter, or a text, by the question.
    """

    record: str
    instruction: str
    rater: str
    question: str
    value: str
    updated_at: str = ""
    is_classification: bool = False


def record_id(instruction: str, input: str, output: str) -> str:
    """The identity of an instance in a review: 32 hexadecimal digits of a hash of its texts.

    Changed texts give another identity, so that no answer can be taken for an answer about other texts. The texts are
    taken as they stand in a file, so that an instance keeps its identity when it is written and read.
    """
    line = jsonl.dumps({"instruction": instruction, "input": input, "output": output})
    return hashlib.sha256(line.encode()).hexdigest()[:32]


def latest_answers(ratings: Iterable[Rating]) -> dict[tuple[str, str, str], Rating]:
    """The answer that counts, by record, rater and question, whatever the order of `ratings`.

    Left out are questions and values that this package does not know, which a changed Argilla dataset may hold. Of
    several answers of a rater the latest counts; of equally late ones `no`, else the last in the alphabet, which for
    letters is the worst.
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
    """When the answer was given; the beginning of time where `updated_at` is missing or no time. No zone means UTC."""
    # Before Python 3.11 fromisoformat knows neither `Z` nor fractions of other than three or six digits.
    text = re.sub(r"\.(\d+)", lambda fraction: "." + fraction[1][:6].ljust(6, "0"), rating.updated_at.strip())
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=timezone.utc)


def _rank(rating: Rating) -> tuple[datetime, bool, str]:
    return instant(rating), rating.value == NO, rating.value


def read_ratings(path: str | os.PathLike[str]) -> list[Rating]:
    """The answers in a ratings file, in its order.

    Raises:
        InputFileError: the file cannot be read, or a line holds no answer; the message names line and field.
    """
    ratings = []
    for line in jsonl.scan(path):
        place = f"{os.fspath(path)}, line {line.number}"
        if line.fault:
            raise InputFileError(f"{place}: the line {line.fault}. Mend or remove it.")
        ratings.append(_rating(line.value, place))
    return ratings


def write_ratings(path: str | os.PathLike[str], ratings: Iterable[Rating]) -> None:
    """Write a ratings file and the folders above it; it replaces the one that was there only when it is complete."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    jsonl.write(path, (asdict(rating) for rating in ratings))


def _rating(row: dict[str, object], place: str) -> Rating:
    row = {"updated_at": "", "is_classification": False, **row}
    for field in ("record", "instruction", "rater", "question", "value", "updated_at"):
        if not isinstance(row.get(field), str):
            raise InputFileError(f"{place}: {field!r} is {row.get(field)!r} and must be a text.")
    is_classification = row["is_classification"]
    if not isinstance(is_classification, bool):
        raise InputFileError(f"{place}: 'is_classification' is {is_classification!r} and must be true or false.")
    question, value = str(row["question"]), str(row["value"])
    if question not in QUESTIONS:
        raise InputFileError(f"{place}: 'question' is {question!r} and must be one of {', '.join(QUESTIONS)}.")
    if value not in ANSWERS.get(question, (value,)):
        raise InputFileError(
            f"{place}: 'value' of {question} is {value!r} and must be one of {', '.join(ANSWERS[question])}."
        )
    return Rating(
        record=str(row["record"]),
        instruction=str(row["instruction"]),
        rater=str(row["rater"]),
        question=question,
        value=value,
        updated_at=str(row["updated_at"]),
        is_classification=is_classification,
    )
