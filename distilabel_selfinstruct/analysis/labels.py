"""Class balance: which labels the instances of classification instructions have, and how evenly."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.task_types import is_classification_task

MOST_COMMON_LABELS = 12


@dataclass(frozen=True, slots=True)
class ClassBalance:
    """The labels of classification instances. A label is an output; white space around it and case do not count.

    Attributes:
        instructions: number of classification instructions that have an instance.
        instances: number of their instances.
        labels: number of different labels.
        most_common: the labels as first written, and how often they occur, most common first.
        with_several_instances: number of instructions with two or more instances: only these can be balanced.
        with_one_label: how many of these have the same label in all instances.
        majority_share: mean share of the most common label within these instructions, from 0 to 1; 0 without any.
    """

    instructions: int
    instances: int
    labels: int
    most_common: tuple[tuple[str, int], ...]
    with_several_instances: int
    with_one_label: int
    majority_share: float


def class_balance(instances: Iterable[Row]) -> ClassBalance:
    """Count the labels of rows with `instruction`, `output` and a true `is_classification`."""
    totals: Counter[str] = Counter()
    written: dict[str, str] = {}
    by_instruction: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in instances:
        if is_classification_task(row.get("is_classification")):
            shown = " ".join(row["output"].split())
            label = shown.casefold()
            written.setdefault(label, shown)
            totals[label] += 1
            by_instruction[row["instruction"]][label] += 1
    several = [labels for labels in by_instruction.values() if labels.total() > 1]
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:MOST_COMMON_LABELS]
    return ClassBalance(
        instructions=len(by_instruction),
        instances=totals.total(),
        labels=len(totals),
        most_common=tuple((written[label], count) for label, count in ranked),
        with_several_instances=len(several),
        with_one_label=sum(len(labels) == 1 for labels in several),
        majority_share=fmean(max(labels.values()) / labels.total() for labels in several) if several else 0.0,
    )
