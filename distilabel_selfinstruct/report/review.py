"""What people said about the instances, where a review was pulled (paper, Table 2)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.errors import MissingExtraError
from distilabel_selfinstruct.ratings import agreement
from distilabel_selfinstruct.ratings.agreement import QuestionAgreement
from distilabel_selfinstruct.ratings.answers import OVERALL, OVERALL_RATINGS, Rating, latest_answers
from distilabel_selfinstruct.ratings.table_2 import Quality, quality


@dataclass(frozen=True, slots=True)
class Review:
    """The answers of all raters. `overall` counts the letters A to D, over raters.

    `agreement` is empty where the extra `analysis` is missing.
    """

    records: int
    raters: int
    quality: Quality
    overall: tuple[tuple[str, int], ...]
    agreement: tuple[QuestionAgreement, ...]


def summarize_review(ratings: Sequence[Rating]) -> Review:
    """Table 2, the overall ratings, and the agreement of the raters."""
    answers = latest_answers(ratings).values()
    letters = Counter(answer.value for answer in answers if answer.question == OVERALL)
    try:
        agreed = agreement.agreement_by_question(ratings)
    except MissingExtraError:
        agreed = ()
    return Review(
        records=len({answer.record for answer in answers}),
        raters=len({answer.rater for answer in answers}),
        quality=quality(ratings),
        overall=tuple((letter, letters[letter]) for letter in OVERALL_RATINGS),
        agreement=agreed,
    )
