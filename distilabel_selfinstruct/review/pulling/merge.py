"""The responses on the server are merged with the answers that were pulled before, and no answer is ever lost.

The unit is one rater and one record. A response on the server replaces the answers that were pulled from it before,
and those of another response if it is newer. If the server no longer has the response, because its record, dataset or
rater was deleted, the answers pulled before stay. Answers that their own rater changed or took back no longer count;
they are returned separately.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.ratings.answers import ANSWERS, QUESTIONS, Rating
from distilabel_selfinstruct.review.argilla.responses import SUBMITTED, Response

UNKNOWN_QUESTION, UNKNOWN_VALUE, UNKNOWN_RECORD = "unknown question", "unknown value", "unknown record"


@dataclass(frozen=True, slots=True)
class RatedTask:
    """The task that a record is about."""

    instruction: str
    is_classification: bool


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """An answer that cannot be a `Rating`: we do not know its question, its value or its record. `why` says which."""

    record: str
    rater: str
    question: str
    value: Any
    updated_at: str
    why: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The answers that count, in the order of the rows, and the others.

    `replaced` are answers pulled before that their rater has changed or taken back since. `other` cannot be ratings.
    `num_gone` counts the `ratings` that the server no longer has.
    """

    ratings: tuple[Rating, ...]
    replaced: tuple[Rating, ...]
    other: tuple[OtherAnswer, ...]
    num_gone: int


def merge(
    tasks: Mapping[str, RatedTask],
    responses: Iterable[Response],
    earlier: Sequence[Rating] = (),
    earlier_other: Sequence[OtherAnswer] = (),
) -> Merged:
    """Merge the answers.

    Args:
        tasks: the task of each record of the run, in the order of the rows.
        responses: all responses that the server has, drafts and discarded ones included.
        earlier: the ratings that were pulled before.
        earlier_other: the other answers that were pulled before.
    """
    rated = {rating.record: RatedTask(rating.instruction, rating.is_classification) for rating in earlier}
    tasks = {**rated, **tasks}
    now = _latest(responses)
    before: dict[tuple[str, str], list[Rating]] = defaultdict(list)
    for rating in earlier:
        before[rating.record, rating.rater].append(rating)
    ratings: list[Rating] = []
    replaced: list[Rating] = []
    other: list[OtherAnswer] = []
    num_gone = 0
    for record_and_rater in {**now, **before}:
        response, known = now.get(record_and_rater), before.get(record_and_rater, [])
        if response is None or not _replaces(response, known):
            ratings += known
            num_gone += len(known)
            continue
        answers = _answers(response, tasks) if response.status == SUBMITTED else []
        current = [answer for answer in answers if isinstance(answer, Rating)]
        ratings += current
        other += [answer for answer in answers if isinstance(answer, OtherAnswer)]
        unchanged = {(rating.question, rating.value) for rating in current}
        replaced += [rating for rating in known if (rating.question, rating.value) not in unchanged]
    answered = {*map(_identity, ratings), *map(_identity, other)}
    other += [answer for answer in earlier_other if _identity(answer) not in answered]
    order = {record: number for number, record in enumerate(tasks)}
    return Merged(
        ratings=tuple(sorted(ratings, key=lambda one: (order[one.record], one.rater, QUESTIONS.index(one.question)))),
        replaced=tuple(replaced),
        other=tuple(sorted(other, key=_identity)),
        num_gone=num_gone,
    )


def _identity(answer: Rating | OtherAnswer) -> tuple[str, str, str]:
    return answer.record, answer.rater, answer.question


def _replaces(response: Response, known: Sequence[Rating]) -> bool:
    """Whether the response replaces answers of the same rater that were pulled before.

    If they are its own earlier answers it does, whatever its time says: a server's clock may be set back. Another
    response is one to the same record in another dataset. It counts if it is newer and submitted.
    """
    if any(rating.begun_at == response.created_at for rating in known):
        return True
    newest = max((rating.updated_at for rating in known), default="")
    return newest <= response.updated_at and (response.status == SUBMITTED or response.created_at <= newest)


def _latest(responses: Iterable[Response]) -> dict[tuple[str, str], Response]:
    """The response that counts, by record and rater.

    If there are responses in several datasets, a submitted one counts before the others, and then the newest.
    """
    latest: dict[tuple[str, str], Response] = {}
    for response in responses:
        known = latest.get((response.record, response.rater))
        if known is None or _rank(response) > _rank(known):
            latest[response.record, response.rater] = response
    return latest


def _rank(response: Response) -> tuple[bool, str]:
    return (response.status == SUBMITTED, response.updated_at)


def _answers(response: Response, tasks: Mapping[str, RatedTask]) -> list[Rating | OtherAnswer]:
    return [_answer(response, question, value, tasks) for question, value in response.values.items()]


def _answer(response: Response, question: str, value: Any, tasks: Mapping[str, RatedTask]) -> Rating | OtherAnswer:
    why = _fault(response.record, question, value, tasks)
    if why:
        return OtherAnswer(response.record, response.rater, question, value, response.updated_at, why)
    task = tasks[response.record]
    return Rating(
        record=response.record,
        instruction=task.instruction,
        rater=response.rater,
        question=question,
        value=value,
        updated_at=response.updated_at,
        is_classification=task.is_classification,
        begun_at=response.created_at,
    )


def _fault(record: str, question: str, value: Any, tasks: Mapping[str, RatedTask]) -> str:
    if question not in QUESTIONS:
        return UNKNOWN_QUESTION
    if not isinstance(value, str) or value not in ANSWERS.get(question, (value,)):
        return UNKNOWN_VALUE
    return "" if record in tasks else UNKNOWN_RECORD
