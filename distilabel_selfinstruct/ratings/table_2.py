"""How good the instances are in the eyes of people (paper, section 3.3 and Table 2)."""

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
    """Instances with yes, of all that have an answer."""

    yes: int = 0
    rated: int = 0

    @property
    def share(self) -> float | None:
        """Share of yes, from 0 to 1; None when nothing was rated."""
        return self.yes / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class Quality:
    """The rows of the paper's Table 2. `all_valid` counts instances for which all three questions are answered."""

    valid_task: Count
    input_appropriate: Count
    output_correct: Count
    all_valid: Count


PAPER = Quality(Count(184, 200), Count(158, 200), Count(116, 200), Count(108, 200))
"""Table 2 of the paper: 92%, 79%, 58% and 54% of 200 instances, rated by one author."""


def quality(ratings: Iterable[Rating]) -> Quality:
    """Table 2 for these answers: one verdict per instance and question, that of the majority of its raters.

    Of several answers of a rater to a question the latest counts. A tie is a no. A corrected output changes nothing
    here: what is judged is what the model wrote.
    """
    votes: dict[str, dict[str, Counter[bool]]] = defaultdict(lambda: defaultdict(Counter))
    for rating in latest_answers(ratings).values():
        if rating.question in QUALITY_QUESTIONS:
            votes[rating.record][rating.question][rating.value == YES] += 1
    verdicts = [
        {question: count[True] > count[False] for question, count in answers.items()} for answers in votes.values()
    ]
    return Quality(
        valid_task=_count(verdicts, VALID_TASK),
        input_appropriate=_count(verdicts, INPUT_APPROPRIATE),
        output_correct=_count(verdicts, OUTPUT_CORRECT),
        all_valid=_count(verdicts, *QUALITY_QUESTIONS),
    )


def _count(verdicts: list[dict[str, bool]], *questions: str) -> Count:
    answered = [verdict for verdict in verdicts if verdict.keys() >= set(questions)]
    return Count(sum(all(verdict[question] for question in questions) for verdict in answered), len(answered))
