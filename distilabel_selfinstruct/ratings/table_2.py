"""How good people find the instances (paper, section 3.3 and Table 2)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from distilabel_selfinstruct.ratings.answers import (
    INPUT_APPROPRIATE,
    OUTPUT_CORRECT,
    QUALITY_QUESTIONS,
    VALID_TASK,
    YES,
    Rating,
    latest_answers,
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many instances have a yes, and how many have an answer."""

    yes: int = 0
    rated: int = 0

    @property
    def share(self) -> float | None:
        """The share of yes, from 0 to 1; None if nothing was rated."""
        return self.yes / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class Quality:
    """The rows of the paper's Table 2. `all_valid` counts the instances with answers to all three questions."""

    valid_task: Count
    input_appropriate: Count
    output_correct: Count
    all_valid: Count


PAPER = Quality(Count(184, 200), Count(158, 200), Count(116, 200), Count(108, 200))
"""Table 2 of the paper: 92%, 79%, 58% and 54% of 200 instances, rated by one author."""


def quality(ratings: Iterable[Rating]) -> Quality:
    """Table 2 for these answers. Each instance counts once for each question, as most of its raters answered it.

    If a rater answered a question several times, the latest answer counts. A tie is a no. A corrected output changes
    nothing here, because Table 2 is about the texts that the model wrote.
    """
    counts: dict[str, dict[str, Counter[bool]]] = defaultdict(lambda: defaultdict(Counter))
    for rating in latest_answers(ratings).values():
        if rating.question in QUALITY_QUESTIONS:
            counts[rating.record][rating.question][rating.value == YES] += 1
    majorities = [
        {question: count[True] > count[False] for question, count in answers.items()} for answers in counts.values()
    ]
    return Quality(
        valid_task=_count(majorities, VALID_TASK),
        input_appropriate=_count(majorities, INPUT_APPROPRIATE),
        output_correct=_count(majorities, OUTPUT_CORRECT),
        all_valid=_count(majorities, *QUALITY_QUESTIONS),
    )


def _count(majorities: list[dict[str, bool]], *questions: str) -> Count:
    answered = [majority for majority in majorities if majority.keys() >= set(questions)]
    return Count(sum(all(majority[question] for question in questions) for majority in answered), len(answered))
