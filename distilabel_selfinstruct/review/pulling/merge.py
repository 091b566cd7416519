"""Responses and what was pulled before, put together: nothing that was ever rated is lost.

The unit is what one rater says about one record. A response on the server takes the place of what was pulled before
if it is newer; what is no longer on the server at all (its record, dataset or rater was deleted) is kept. What its
own rater replaced or took back is no longer in force and is handed out apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.ratings.answers import ANSWERS, QUESTIONS, Rating
from distilabel_selfinstruct.review.argilla.responses import SUBMITTED, Response

About = tuple[str, bool]
"""Instruction and whether it is a classification task."""

UNKNOWN_QUESTION, UNKNOWN_VALUE, UNKNOWN_RECORD = "unknown question", "unknown value", "unknown record"


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """An answer that is no `Rating`: to a question or with a value that we do not know, or about no row of the run."""

    record: str
    rater: str
    question: str
    value: Any
    updated_at: str
    why: str


@dataclass(frozen=True, slots=True)
class Merged:
    """All answers in force, in the order of the rows; what left, and what could not be read as a rating.

    `replaced` are earlier answers that their rater has changed or taken back since. `num_gone` counts those among
    `ratings` that the server no longer has.
    """

    ratings: tuple[Rating, ...]
    replaced: tuple[Rating, ...]
    other: tuple[OtherAnswer, ...]
    num_gone: int


def merge(
    about: Mapping[str, About],
    responses: Iterable[Response],
    earlier: Sequence[Rating] = (),
    earlier_other: Sequence[OtherAnswer] = (),
) -> Merged:
    """Put the answers together.

    Args:
        about: for each record of the run what it is about, in the order of the rows.
        responses: all responses that the server has, drafts and discarded ones included.
        earlier: what was pulled before.
        earlier_other: what was pulled before and is no rating.
    """
    about = {**{rating.record: (rating.instruction, rating.is_classification) for rating in earlier}, **about}
    now = _latest(responses)
    before: dict[tuple[str, str], list[Rating]] = defaultdict(list)
    for rating in earlier:
        before[rating.record, rating.rater].append(rating)
    ratings: list[Rating] = []
    replaced: list[Rating] = []
    other: list[OtherAnswer] = []
    num_gone = 0
    for place in {**now, **before}:
        response, known = now.get(place), before.get(place, [])
        newest = max((rating.updated_at for rating in known), default="")
        if response is None or not _succeeds(response, newest):
            ratings += known
            num_gone += len(known)
            continue
        given = _answers(response, about) if response.status == SUBMITTED else []
        taken = [answer for answer in given if isinstance(answer, Rating)]
        ratings += taken
        other += [answer for answer in given if isinstance(answer, OtherAnswer)]
        unchanged = {(rating.question, rating.value) for rating in taken}
        replaced += [rating for rating in known if (rating.question, rating.value) not in unchanged]
    order = {record: number for number, record in enumerate(about)}
    settled = {(rating.record, rating.rater, rating.question) for rating in ratings}
    settled |= {(answer.record, answer.rater, answer.question) for answer in other}
    other += [one for one in earlier_other if (one.record, one.rater, one.question) not in settled]
    return Merged(
        ratings=tuple(sorted(ratings, key=lambda one: (order[one.record], *_within(one)))),
        replaced=tuple(replaced),
        other=tuple(sorted(other, key=lambda one: (one.record, one.rater, one.question))),
        num_gone=num_gone,
    )


def _succeeds(response: Response, newest: str) -> bool:
    """Whether the response takes the place of answers of which the newest was given at that time.

    One that is not submitted takes back only what it once said itself. A draft begun later is another response, to the
    same record in another dataset.
    """
    return newest <= response.updated_at and (response.status == SUBMITTED or response.created_at <= newest)


def _latest(responses: Iterable[Response]) -> dict[tuple[str, str], Response]:
    """One response per record and rater: of several, in several datasets, a submitted one, and of these the newest."""
    latest: dict[tuple[str, str], Response] = {}
    for response in responses:
        place = (response.record, response.rater)
        known = latest.get(place)
        if known is None or _rank(response) > _rank(known):
            latest[place] = response
    return latest


def _rank(response: Response) -> tuple[bool, str]:
    return (response.status == SUBMITTED, response.updated_at)


def _answers(response: Response, about: Mapping[str, About]) -> list[Rating | OtherAnswer]:
    return [_answer(response, question, value, about) for question, value in response.values.items()]


def _answer(response: Response, question: str, value: Any, about: Mapping[str, About]) -> Rating | OtherAnswer:
    why = _fault(response.record, question, value, about)
    if why:
        return OtherAnswer(response.record, response.rater, question, value, response.updated_at, why)
    instruction, is_classification = about[response.record]
    return Rating(
        record=response.record,
        instruction=instruction,
        rater=response.rater,
        question=question,
        value=value,
        updated_at=response.updated_at,
        is_classification=is_classification,
    )


def _fault(record: str, question: str, value: Any, about: Mapping[str, About]) -> str:
    if question not in QUESTIONS:
        return UNKNOWN_QUESTION
    if not isinstance(value, str) or value not in ANSWERS.get(question, (value,)):
        return UNKNOWN_VALUE
    return "" if record in about else UNKNOWN_RECORD


def _within(rating: Rating) -> tuple[str, int]:
    return (rating.rater, QUESTIONS.index(rating.question))
