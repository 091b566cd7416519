"""From the ratings of people to the next run: which instructions join the human side of the pool, and which stay out.

The paper's pool begins with human-written tasks only (section 2.2). Here it can also take in instructions that people
rated as equally good. All overall ratings (A to D, section 4.4) of all instances of an instruction count together:

- Endorsed: more than half of the ratings are A, and none is D. The run samples it like a human-written instruction.
- Banned: at least half of the ratings are D. The run never samples and never admits it, not even as a seed task.
- Every other instruction is treated as if nobody had rated it.

If a rater rated a record several times, the latest answer counts (`answers.latest_answers`). Two instructions are the
same if their texts are equal, apart from whitespace around them.
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
    """What people found of instructions. Both groups are sorted by text, so the order of a file does not matter.

    `endorsed` pairs each instruction with whether it is a classification task. `num_rated` counts all instructions with
    an overall rating, also those in neither group.
    """

    endorsed: tuple[tuple[str, bool], ...] = ()
    banned: tuple[str, ...] = ()
    num_rated: int = 0

    def to_sample(self, *, classification_only: bool = False) -> tuple[str, ...]:
        """The endorsed instructions; with `classification_only` only the classification tasks among them."""
        return tuple(text for text, is_classification in self.endorsed if is_classification or not classification_only)

    def summary(self, *, classification_only: bool = False) -> str:
        """What a run does with the feedback, in one sentence; empty if nobody rated anything."""
        if not self.num_rated:
            return ""
        joining = len(self.to_sample(classification_only=classification_only))
        among = " among the classification tasks" if classification_only else ""
        return (
            f"Human feedback on {self.num_rated:,} instructions: {joining:,} rated A{among} (sampled like "
            f"human-written ones), {len(self.banned):,} rated D (never sampled)."
        )


def load_feedback(source: str | os.PathLike[str] | None) -> Feedback:
    """The feedback in a ratings file, or in the ratings file of a run folder. Without a source there is none.

    Raises:
        InputFileError: the file is missing or malformed, or holds no overall rating.
    """
    if source is None:
        return Feedback()
    path = Path(source)
    if path.is_dir():
        path /= run_layout.RATINGS
        if not path.exists():
            raise InputFileError(f"There is no {path}: get the ratings with selfinstruct review pull {source}.", path)
    ratings = [rating for rating in read_ratings(path) if rating.question == OVERALL]
    if not ratings:
        raise InputFileError(
            f"{path} holds no answer to the question {OVERALL!r} (A to D), and only these say what to sample: rate "
            "some records in Argilla and pull again.",
            path,
        )
    for rating in ratings:
        if not rating.instruction.strip():
            raise InputFileError(
                f"{path}: the {OVERALL} answer of {rating.rater} on {rating.record} has no instruction: remove the "
                "line.",
                path,
            )
    return derive_feedback(ratings)


def derive_feedback(ratings: Iterable[Rating]) -> Feedback:
    """The feedback that follows from ratings. Answers to other questions than the overall one are ignored."""
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
