"""The size of a dataset and the lengths of its texts (paper, Table 1)."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from distilabel_selfinstruct.records import Reason, Row, Stage
from distilabel_selfinstruct.task_types import task_type_of
from distilabel_selfinstruct.words import length_in_words


@dataclass(frozen=True, slots=True)
class Statistics:
    """The rows of the paper's Table 1. Lengths are means in words, or 0 without texts.

    `unasked_instructions` are those of which it was not asked whether they are classification tasks,
    `unclassified_instructions` those of which it was asked in vain.
    """

    instructions: int
    classification_instructions: int
    non_classification_instructions: int
    instances: int
    instances_with_empty_input: int
    instruction_length: float
    input_length: float
    output_length: float
    unasked_instructions: int = 0
    unclassified_instructions: int = 0


PAPER = Statistics(52_445, 11_584, 40_861, 82_439, 35_878, 15.9, 12.7, 18.9)
"""Table 1 of the paper. The input length is that of non-empty inputs."""


def statistics(
    instructions: Iterable[Row],
    instances: Iterable[Row],
    rejections: Iterable[Row] = (),
    length: Callable[[str], int] = length_in_words,
) -> Statistics:
    """Table 1 of a dataset.

    Args:
        instructions: rows with `instruction` and `is_classification`.
        instances: rows with `input` and `output`.
        rejections: rows with the `stage`, `reason` and `instruction` of what was dropped.
        length: gives the length of a text in words.
    """
    failed = {
        row["instruction"]
        for row in rejections
        if (row["stage"], row["reason"]) == (Stage.CLASSIFICATION.value, Reason.FAILED_REQUEST.value)
    }
    tasks, examples = list(instructions), list(instances)
    task_types = Counter(task_type_of(task["is_classification"]) for task in tasks)
    unclassified = sum(
        task_type_of(task["is_classification"]) is None and task["instruction"] in failed for task in tasks
    )
    return Statistics(
        instructions=len(tasks),
        classification_instructions=task_types[True],
        non_classification_instructions=task_types[False],
        instances=len(examples),
        instances_with_empty_input=sum(not example["input"] for example in examples),
        instruction_length=_mean(length(task["instruction"]) for task in tasks),
        input_length=_mean(length(example["input"]) for example in examples if example["input"]),
        output_length=_mean(length(example["output"]) for example in examples),
        unasked_instructions=task_types[None] - unclassified,
        unclassified_instructions=unclassified,
    )


def _mean(lengths: Iterable[int]) -> float:
    found = list(lengths)
    return fmean(found) if found else 0.0
