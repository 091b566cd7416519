"""From the ratings of people to a decision on each row: kept, dropped or undecided, always with a reason.

The answers of one rater about one row make one vote:

- If the rater answered a question several times, the latest answer counts. Questions without an answer do not matter.
- The vote is against the row if a question of Table 2 was answered by no, or if the overall rating is worse than the
  rule allows. Otherwise it is for the row.
- A corrected output says that the row is right with that output. It cancels a no to the output question and a low
  overall rating. A text that is blank, or equal to the output apart from whitespace around it, corrects nothing.
- A comment alone is not a vote.

The votes make the decision. With fewer votes than the rule asks for, the row is undecided. Otherwise all raters must
accept it, or more than half of them, or one. A tie is not more than half: the row is dropped with a reason of its own,
so that one can ask a further rater.

Only raters who accept the row can choose its corrected output. The text that most of them wrote is used; if several
texts are equally frequent, the one that was written first. A rater who rejects the row for another reason has no say
about its output.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal

from distilabel_selfinstruct.arguments import check_fields
from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.ratings.answers import (
    CORRECTED_OUTPUT,
    NO,
    OUTPUT_CORRECT,
    OVERALL,
    OVERALL_RATINGS,
    QUALITY_QUESTIONS,
    Rating,
    instant,
    latest_answers,
    record_id,
)
from distilabel_selfinstruct.records import Row

Accept = Literal["majority", "all", "any"]


class DecisionStatus(str, Enum):
    """The outcome for a row. Files hold the values."""

    KEPT = "kept"
    DROPPED = "dropped"
    UNDECIDED = "undecided"
    UNREVIEWED = "unreviewed"
    """A row of a run that nobody has reviewed. No file of decisions holds it."""

    def __str__(self) -> str:
        """The value, in any text and on every Python."""
        return self.value


REVIEWED = (DecisionStatus.KEPT, DecisionStatus.DROPPED, DecisionStatus.UNDECIDED)
"""The outcomes of a review."""


class DecisionReason(str, Enum):
    """Why a row has its status."""

    # kept
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    CORRECTED_DIFFERENTLY = "corrected_differently"
    # dropped
    NOT_ACCEPTED = "not_accepted"
    TIE = "tie"
    # undecided
    TOO_FEW_RATERS = "too_few_raters"
    NOT_RATED = "not_rated"

    def __str__(self) -> str:
        """The value, in any text and on every Python."""
        return self.value


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """When a row is kept.

    Attributes:
        accept: how many of the raters who voted must accept the row: more than half, all, or one.
        min_raters: how many raters must have voted; before that the row is undecided.
        worst_rating: the worst overall rating that still accepts, from `A` to `D`.
        use_corrections: False to ignore corrected outputs, also in votes.

    Raises:
        ConfigError: a value cannot work.
    """

    accept: Accept = "majority"
    min_raters: int = 1
    worst_rating: str = "B"
    use_corrections: bool = True

    def __post_init__(self) -> None:
        check_fields(self)
        if self.min_raters < 1:
            raise ConfigError(f"min_raters is {self.min_raters}: it must be 1 or more.")
        if self.worst_rating not in OVERALL_RATINGS:
            raise ConfigError(f"worst_rating is {self.worst_rating!r}: use one of {', '.join(OVERALL_RATINGS)}.")


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one row.

    Attributes:
        record: the `record_id` of the row.
        status: the outcome.
        reason: why.
        detail: why, in a sentence with the counts.
        num_raters: how many raters voted.
        output: the output to use.
        corrected: True if a rater wrote that output.
        row: the row as it was rated.
    """

    record: str
    status: DecisionStatus
    reason: DecisionReason
    detail: str
    num_raters: int
    output: str
    corrected: bool
    row: Row


@dataclass(frozen=True, slots=True)
class _Correction:
    text: str
    written: datetime


@dataclass(frozen=True, slots=True)
class _Vote:
    """The vote of one rater on one row: the answers that speak against the row. Without any, the rater accepts it."""

    against: tuple[str, ...]
    correction: _Correction | None

    @property
    def accepts(self) -> bool:
        return not self.against


def decide(rows: Sequence[Row], ratings: Iterable[Rating], rule: DecisionRule | None = None) -> list[Decision]:
    """A decision for each row, in the order of the rows. The order of `ratings` does not matter.

    Args:
        rows: with `instruction`, `output` and, unless it is empty, `input`. Equal rows get equal decisions.
        ratings: answers about any rows; those about other rows change nothing.
        rule: when a row is kept; by default, when more than half of its raters accept it.

    Raises:
        InputFileError: an instruction, an input or an output is missing or is not a text; the message names the row.
    """
    rule = rule or DecisionRule()
    by_record: dict[str, dict[str, dict[str, Rating]]] = {}
    for (record, rater, question), rating in sorted(latest_answers(ratings).items()):
        by_record.setdefault(record, {}).setdefault(rater, {})[question] = rating
    return [
        _decision(record, row, by_record.get(record, {}), rule)
        for record, row in zip(_record_ids(rows), rows, strict=True)
    ]


def _record_ids(rows: Sequence[Row]) -> list[str]:
    ids = []
    for number, row in enumerate(rows, 1):
        texts = (row.get("instruction"), row.get("input") or "", row.get("output"))
        if not all(isinstance(text, str) for text in texts):
            raise InputFileError(f"Row {number} cannot be decided on: instruction, input and output must be texts.")
        ids.append(record_id(*map(str, texts)))
    return ids


def _decision(record: str, row: Row, by_rater: Mapping[str, Mapping[str, Rating]], rule: DecisionRule) -> Decision:
    votes = [vote for answers in by_rater.values() if (vote := _vote(answers, row["output"], rule)) is not None]
    status, reason, detail = _outcome(votes, len(by_rater), rule)
    output = row["output"]
    corrections = [vote.correction for vote in votes if vote.correction is not None and vote.accepts]
    corrected = status == DecisionStatus.KEPT and bool(corrections)
    if corrected:
        output, reason, more = _chosen(corrections)
        detail = f"{detail[:-1]}; {more}."
    return Decision(record, status, reason, detail, len(votes), output, corrected, row)


def _vote(answers: Mapping[str, Rating], output: str, rule: DecisionRule) -> _Vote | None:
    correction = _correction(answers.get(CORRECTED_OUTPUT), output) if rule.use_corrections else None
    answered = [question for question in (*QUALITY_QUESTIONS, OVERALL) if question in answers]
    if not answered and correction is None:
        return None
    canceled = {OUTPUT_CORRECT, OVERALL} if correction is not None else set()
    against = [
        f"{question}: {answers[question].value}"
        for question in answered
        if question not in canceled and _speaks_against(answers[question], rule)
    ]
    return _Vote(tuple(against), correction)


def _speaks_against(rating: Rating, rule: DecisionRule) -> bool:
    if rating.question == OVERALL:
        return OVERALL_RATINGS.index(rating.value) > OVERALL_RATINGS.index(rule.worst_rating)
    return rating.value == NO


def _correction(rating: Rating | None, output: str) -> _Correction | None:
    text = rating.value.strip() if rating is not None else ""
    return None if rating is None or text in {"", output.strip()} else _Correction(text, instant(rating))


def _outcome(votes: Sequence[_Vote], num_raters: int, rule: DecisionRule) -> tuple[DecisionStatus, DecisionReason, str]:
    num, yes = len(votes), sum(vote.accepts for vote in votes)
    if not votes:
        texts_only = f"; {num_raters} wrote only a text" if num_raters else ""
        return DecisionStatus.UNDECIDED, DecisionReason.NOT_RATED, f"No rater has voted{texts_only}."
    accepting = f"{yes} of {num} {'rater' if num == 1 else 'raters'} {'accepts' if 1 in {yes, num} else 'accept'}"
    if num < rule.min_raters:
        detail = f"{num} of the {rule.min_raters} raters needed have voted; {accepting}."
        return DecisionStatus.UNDECIDED, DecisionReason.TOO_FEW_RATERS, detail
    detail = f"{accepting}{_answers_against(votes)}."
    if {"majority": 2 * yes > num, "all": yes == num, "any": yes > 0}[rule.accept]:
        return DecisionStatus.KEPT, DecisionReason.ACCEPTED, detail
    tie = rule.accept == "majority" and 2 * yes == num
    return DecisionStatus.DROPPED, DecisionReason.TIE if tie else DecisionReason.NOT_ACCEPTED, detail


def _answers_against(votes: Sequence[_Vote]) -> str:
    counts = Counter(answer for vote in votes for answer in vote.against)
    listed = ", ".join(f"{answer} ({number})" for answer, number in sorted(counts.items()))
    return f"; against: {listed}" if listed else ""


def _chosen(corrections: Sequence[_Correction]) -> tuple[str, DecisionReason, str]:
    """The corrected output to use, of at least one."""
    times: dict[str, list[datetime]] = {}
    for correction in corrections:
        times.setdefault(correction.text, []).append(correction.written)
    text = min(times, key=lambda text: (-len(times[text]), min(times[text]), text))
    if len(times) == 1:
        return text, DecisionReason.CORRECTED, f"{len(corrections)} with this corrected output"
    frequency = sorted((len(written) for written in times.values()), reverse=True)
    which = "the most frequent" if frequency[0] > frequency[1] else "the earliest of the most frequent"
    return text, DecisionReason.CORRECTED_DIFFERENTLY, f"{len(times)} different corrected outputs, {which} is used"
