"""What people said about instances: the questions of the paper's section 3.3, and a file of the answers.

A ratings file is JSON Lines, one answer a line: `record`, `instruction`, `is_classification`, `rater`, `question`,
`value`, `updated_at`.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from distilabel_selfinstruct import jsonl
from distilabel_selfinstruct.errors import InputFileError

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

QUESTIONS = (*QUALITY_QUESTIONS, OVERALL, CORRECTED_OUTPUT, COMMENT)


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

    Changed texts give another identity, so that no answer can be taken for an answer about other texts.
    """
    texts = json.dumps([instruction, input, output])
    return hashlib.sha256(texts.encode()).hexdigest()[:32]


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
    """Write a ratings file; it replaces the one that was there only when it is complete."""
    jsonl.write(path, (asdict(rating) for rating in ratings))


def _rating(row: dict[str, object], place: str) -> Rating:
    for field in ("record", "instruction", "rater", "question", "value"):
        if not isinstance(row.get(field), str):
            raise InputFileError(f"{place}: {field!r} is {row.get(field)!r} and must be a text.")
    question, value = str(row["question"]), str(row["value"])
    allowed = (YES, NO) if question in QUALITY_QUESTIONS else OVERALL_RATINGS if question == OVERALL else None
    if question not in QUESTIONS:
        raise InputFileError(f"{place}: 'question' is {question!r} and must be one of {', '.join(QUESTIONS)}.")
    if allowed is not None and value not in allowed:
        raise InputFileError(f"{place}: 'value' of {question} is {value!r} and must be one of {', '.join(allowed)}.")
    return Rating(
        record=str(row["record"]),
        instruction=str(row["instruction"]),
        rater=str(row["rater"]),
        question=question,
        value=value,
        updated_at=str(row.get("updated_at", "")),
        is_classification=bool(row.get("is_classification", False)),
    )
