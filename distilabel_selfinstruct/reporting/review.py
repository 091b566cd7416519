"""What people said about the instances (paper, Table 2)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.errors import MissingExtraError
from distilabel_selfinstruct.ratings import agreement
from distilabel_selfinstruct.ratings.agreement import QuestionAgreement
from distilabel_selfinstruct.ratings.answers import OVERALL, OVERALL_RATINGS, Rating, latest_answers
from distilabel_selfinstruct.ratings.table_2 import Quality, quality


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """The answers of all raters. `overall` counts the letters A to D, each answer once.

    `agreement` is empty if the extra `analysis` is not installed.
    """

    records: int
    raters: int
    quality: Quality
    overall: tuple[tuple[str, int], ...]
    agreement: tuple[QuestionAgreement, ...]


def summarize_ratings(ratings: Sequence[Rating]) -> RatingSummary:
    """Table 2, the overall ratings, and the agreement of the raters."""
    answers = latest_answers(ratings).values()
    letters = Counter(answer.value for answer in answers if answer.question == OVERALL)
    try:
        by_question = agreement.agreement_by_question(ratings)
    except MissingExtraError:
        by_question = ()
    return RatingSummary(
        records=len({answer.record for answer in answers}),
        raters=len({answer.rater for answer in answers}),
        quality=quality(ratings),
        overall=tuple((letter, letters[letter]) for letter in OVERALL_RATINGS),
        agreement=by_question,
    )
