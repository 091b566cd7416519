"""What people's ratings say about the next run: which instructions join the human side of the pool, which stay out.

The paper's pool begins with human-written tasks only (section 2.2). Here it also takes in what people found as good:
an instruction is judged by all overall ratings, A to D (section 4.4), of all its instances.

- Endorsed: more than half of the ratings are A, and none is D. It is sampled as human-written ones are.
- Banned: at least half of the ratings are D. It is never sampled and never admitted, a seed task included.
- All others are as if nobody had rated them.

Of each rater the latest answer about each record counts (`ratings.latest_answers`). Instructions are the same if their
texts are, apart from whitespace around them.
"""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.ratings.answers import OVERALL, Rating, latest_answers, read_ratings


@dataclass(frozen=True, slots=True)
class Feedback:
    """The verdict of people on instructions. Both groups are sorted by text, so the order of a file changes nothing.

    `endorsed` pairs an instruction with whether it is a classification task. `num_rated` counts all instructions that
    have an overall rating, those in neither group included.
    """

    endorsed: tuple[tuple[str, bool], ...] = ()
    banned: tuple[str, ...] = ()
    num_rated: int = 0

    def to_sample(self, *, classification_only: bool = False) -> tuple[str, ...]:
        """The endorsed instructions, or those among them that are classification tasks."""
        return tuple(text for text, is_classification in self.endorsed if is_classification or not classification_only)

    def summary(self, *, classification_only: bool = False) -> str:
        """What a run does with it, in one sentence; empty when nobody rated anything."""
        if not self.num_rated:
            return ""
        joining = len(self.to_sample(classification_only=classification_only))
        among = " among the classification tasks" if classification_only else ""
        return (
            f"Human feedback on {self.num_rated:,} instructions: {joining:,} rated A{among} (sampled like "
            f"human-written ones), {len(self.banned):,} rated D (never sampled)."
        )


def load_feedback(source: str | os.PathLike[str] | None) -> Feedback:
    """The feedback in a ratings file, or in that of a run folder; none without a source.

    Raises:
        InputFileError: the file is missing or malformed, or holds no overall rating.
    """
    if source is None:
        return Feedback()
    path = Path(source)
    if path.is_dir():
        path /= run_layout.RATINGS
        if not path.exists():
            raise InputFileError(f"There is no {path}: get the ratings with selfinstruct review pull {source}.")
    ratings = [rating for rating in read_ratings(path) if rating.question == OVERALL]
    if not ratings:
        raise InputFileError(
            f"{path} holds no answer to the question {OVERALL!r} (A to D), which alone says what to sample: rate some "
            "records in Argilla and pull again."
        )
    for rating in ratings:
        if not rating.instruction.strip():
            raise InputFileError(f"{path}: the {OVERALL} answer of {rating.rater} on {rating.record} is about no text.")
    return judged(ratings)


def judged(ratings: Iterable[Rating]) -> Feedback:
    """The feedback in ratings; answers to other questions than the overall one are left out."""
    letters: dict[str, Counter[str]] = {}
    classification: set[str] = set()
    for rating in latest_answers(rating for rating in ratings if rating.question == OVERALL).values():
        instruction = rating.instruction.strip()
        letters.setdefault(instruction, Counter())[rating.value] += 1
        if rating.is_classification:
            classification.add(instruction)
    return Feedback(
        endorsed=tuple((text, text in classification) for text in sorted(letters) if _is_endorsed(letters[text])),
        banned=tuple(text for text in sorted(letters) if _is_banned(letters[text])),
        num_rated=len(letters),
    )


def _is_endorsed(letters: Counter[str]) -> bool:
    return 2 * letters["A"] > letters.total() and not letters["D"]


def _is_banned(letters: Counter[str]) -> bool:
    return 2 * letters["D"] >= letters.total()
