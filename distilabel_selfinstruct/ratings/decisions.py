"""What people's ratings say about each row: kept, dropped, or not decided yet; always with a reason.

How the answers of one rater become a vote on one row:

- Of several answers to a question the latest counts. What was not answered counts neither way.
- The vote is no if a question of Table 2 was answered by no, or the overall rating is worse than the rule allows.
- A corrected output says that the row is right with that output: it overrules a no to the output question and a low
  overall rating. It is none if it is blank or, apart from whitespace around it, the output as it was.
- A comment alone is no vote.

How votes become a verdict: with fewer votes than the rule asks for the row is undecided. Otherwise all raters must
accept it, or more than half, or one. A tie is not more than half: the row is dropped, with a reason of its own, so that
a further rater can be asked.

How a corrected output is chosen: from the raters who accept the row, the one that most of them wrote; of equally
frequent ones the one written first. A rater who rejects the row for another reason is not asked for its output.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal, get_args

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

Accept = Literal["majority", "all", "any"]
Verdict = Literal["kept", "dropped", "undecided"]
Row = dict[str, Any]


class DecisionReason(str, Enum):
    """Why a row got its verdict."""

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


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """When a row is kept.

    Attributes:
        accept: how many of the raters who voted must accept: more than half, all, or one.
        min_raters: how many must have voted.
        worst_rating: the worst overall rating that accepts.
        use_corrections: False to ignore corrected outputs, for votes too.

    Raises:
        ConfigError: a value that cannot work.
    """

    accept: Accept = "majority"
    min_raters: int = 1
    worst_rating: str = "B"
    use_corrections: bool = True

    def __post_init__(self) -> None:
        if self.accept not in get_args(Accept):
            raise ConfigError(f"accept is {self.accept!r}: use one of {', '.join(get_args(Accept))}.")
        if self.min_raters < 1:
            raise ConfigError(f"min_raters is {self.min_raters}: it must be 1 or more.")
        if self.worst_rating not in OVERALL_RATINGS:
            raise ConfigError(f"worst_rating is {self.worst_rating!r}: use one of {', '.join(OVERALL_RATINGS)}.")


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on a row.

    `reason` is the value of a `DecisionReason`, `detail` a sentence with the counts, `num_raters` how many voted.
    `output` is the one to use, `corrected` whether a rater wrote it; `row` is the row as it was.
    """

    record: str
    verdict: Verdict
    reason: str
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
    """What one rater says about one row: the objections, none of which means yes."""

    objections: tuple[str, ...]
    correction: _Correction | None


def decide(rows: Sequence[Row], ratings: Iterable[Rating], rule: DecisionRule | None = None) -> list[Decision]:
    """A decision for each row, in their order; the order of `ratings` changes nothing.

    Args:
        rows: with `instruction`, `output` and, unless it is empty, `input`. Equal ones get equal decisions.
        ratings: of any rows; those of other rows change nothing.
        rule: when a row is kept; by default, when more than half of its raters accept it.

    Raises:
        InputFileError: a row has no instruction or no output, or something else than a text; the message names it.
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
    verdict, reason, detail = _verdict(votes, len(by_rater), rule)
    output = row["output"]
    corrections = [vote.correction for vote in votes if vote.correction is not None and not vote.objections]
    corrected = verdict == "kept" and bool(corrections)
    if corrected:
        output, reason, more = _chosen(corrections)
        detail = f"{detail[:-1]}; {more}."
    return Decision(record, verdict, reason.value, detail, len(votes), output, corrected, row)


def _vote(answers: Mapping[str, Rating], output: str, rule: DecisionRule) -> _Vote | None:
    correction = _correction(answers.get(CORRECTED_OUTPUT), output) if rule.use_corrections else None
    judged = [question for question in (*QUALITY_QUESTIONS, OVERALL) if question in answers]
    if not judged and correction is None:
        return None
    objections = []
    for question in judged:
        value = answers[question].value
        lifted = correction is not None and question in {OUTPUT_CORRECT, OVERALL}
        if question == OVERALL:
            objects = OVERALL_RATINGS.index(value) > OVERALL_RATINGS.index(rule.worst_rating)
        else:
            objects = value == NO
        if objects and not lifted:
            objections.append(f"{question}: {value}")
    return _Vote(tuple(objections), correction)


def _correction(rating: Rating | None, output: str) -> _Correction | None:
    text = rating.value.strip() if rating is not None else ""
    return None if rating is None or text in {"", output.strip()} else _Correction(text, instant(rating))


def _verdict(votes: Sequence[_Vote], num_commenting: int, rule: DecisionRule) -> tuple[Verdict, DecisionReason, str]:
    num, yes = len(votes), sum(not vote.objections for vote in votes)
    if not votes:
        silent = f"; {num_commenting} left a text only" if num_commenting else ""
        return "undecided", DecisionReason.NOT_RATED, f"No rater has voted{silent}."
    accepting = f"{yes} of {num} {'rater' if num == 1 else 'raters'} {'accepts' if 1 in {yes, num} else 'accept'}"
    if num < rule.min_raters:
        detail = f"{num} of the {rule.min_raters} raters needed have voted; {accepting}."
        return "undecided", DecisionReason.TOO_FEW_RATERS, detail
    if {"majority": 2 * yes > num, "all": yes == num, "any": yes > 0}[rule.accept]:
        return "kept", DecisionReason.ACCEPTED, f"{accepting}{_objections(votes)}."
    tie = rule.accept == "majority" and 2 * yes == num
    return "dropped", DecisionReason.TIE if tie else DecisionReason.NOT_ACCEPTED, f"{accepting}{_objections(votes)}."


def _objections(votes: Sequence[_Vote]) -> str:
    counts = Counter(objection for vote in votes for objection in vote.objections)
    listed = ", ".join(f"{objection} ({number})" for objection, number in sorted(counts.items()))
    return f"; objections: {listed}" if listed else ""


def _chosen(corrections: Sequence[_Correction]) -> tuple[str, DecisionReason, str]:
    """The corrected output to use. At least one correction must be given."""
    times: dict[str, list[datetime]] = {}
    for correction in corrections:
        times.setdefault(correction.text, []).append(correction.written)
    text = min(times, key=lambda text: (-len(times[text]), min(times[text]), text))
    if len(times) == 1:
        return text, DecisionReason.CORRECTED, f"{len(corrections)} with this corrected output"
    frequency = sorted((len(written) for written in times.values()), reverse=True)
    which = "the most frequent" if frequency[0] > frequency[1] else "the earliest of the most frequent"
    return text, DecisionReason.CORRECTED_DIFFERENTLY, f"{len(times)} different corrected outputs, {which} is used"
