"""The agreement of raters on the questions of a review, beside the paper's own figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from distilabel_selfinstruct.ratings.agreement.estimate import (
    Answers,
    ByRater,
    Estimate,
    shared_by_item,
    why_nothing_is_shared,
)
from distilabel_selfinstruct.ratings.agreement.several_raters import fleiss_kappa, krippendorff_alpha, percent_agreement
from distilabel_selfinstruct.ratings.agreement.two_raters import cohens_kappa, spearman_rho
from distilabel_selfinstruct.ratings.answers import OVERALL, OVERALL_RATINGS, QUALITY_QUESTIONS, Rating, latest_answers

OVERALL_BINARY = "overall_binary"
"""The overall rating as the paper also takes it: acceptable (A or B), or not (C or D)."""

_ACCEPTABLE = {letter: "A or B" if letter in "AB" else "C or D" for letter in OVERALL_RATINGS}


@dataclass(frozen=True, slots=True)
class PaperAgreement:
    """How far the paper's two raters agreed on answers of models (section 4.4), not on instances."""

    kappa: float
    rho: float | None = None


PAPER = {OVERALL: PaperAgreement(kappa=0.58, rho=0.81), OVERALL_BINARY: PaperAgreement(kappa=0.75)}
"""The paper's figures, by question. It has none for the three questions of Table 2, which one person answered."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two raters, on the items that both have answered. What needs a scale is None for questions without one."""

    first: str
    second: str
    percent: Estimate
    kappa: Estimate
    linear_kappa: Estimate | None = None
    quadratic_kappa: Estimate | None = None
    rho: Estimate | None = None


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """All raters, on one question.

    `num_items` counts the items with an answer, `num_shared_items` those with two or more. `pairs` are the raters who
    have an item in common, by name; the means are over the pairs that have a value, each counting once. What needs a
    scale is None for questions without one; `paper` is None where the paper has no figure.
    """

    question: str
    num_items: int
    num_shared_items: int
    raters: tuple[str, ...]
    percent: Estimate
    mean_kappa: Estimate
    fleiss_kappa: Estimate
    alpha_nominal: Estimate
    alpha_ordinal: Estimate | None
    mean_linear_kappa: Estimate | None
    mean_quadratic_kappa: Estimate | None
    mean_rho: Estimate | None
    pairs: tuple[PairAgreement, ...]
    paper: PaperAgreement | None


def agreement_by_question(ratings: Iterable[Rating]) -> tuple[QuestionAgreement, ...]:
    """The agreement on each question that has a fixed set of answers, then on the overall rating in two classes.

    Of several answers of a rater to a question the latest counts. The order of `ratings` changes nothing.

    Raises:
        MissingExtraError: something can be computed, and the extra `analysis` is not installed.
    """
    answers: dict[str, dict[str, dict[str, str]]] = {}
    for (record, rater, question), rating in sorted(latest_answers(ratings).items()):
        answers.setdefault(question, {}).setdefault(rater, {})[record] = rating.value
    overall = answers.get(OVERALL, {})
    binary = {rater: {item: _ACCEPTABLE[letter] for item, letter in given.items()} for rater, given in overall.items()}
    return (
        *(_agreement(question, answers.get(question, {})) for question in QUALITY_QUESTIONS),
        _agreement(OVERALL, overall, order=OVERALL_RATINGS[::-1]),
        _agreement(OVERALL_BINARY, binary),
    )


def _agreement(question: str, by_rater: ByRater, order: Sequence[str] = ()) -> QuestionAgreement:
    pairs = tuple(
        _pair(first, second, by_rater[first], by_rater[second], order)
        for first, second in combinations(sorted(by_rater), 2)
        if by_rater[first].keys() & by_rater[second].keys()
    )

    def mean(kind: Callable[[PairAgreement], Estimate | None]) -> Estimate:
        return _mean({pair: estimate for pair in pairs if (estimate := kind(pair)) is not None}, by_rater)

    return QuestionAgreement(
        question=question,
        num_items=len({item for answers in by_rater.values() for item in answers}),
        num_shared_items=len(shared_by_item(by_rater)),
        raters=tuple(sorted(by_rater)),
        percent=percent_agreement(by_rater),
        mean_kappa=mean(lambda pair: pair.kappa),
        fleiss_kappa=fleiss_kappa(by_rater),
        alpha_nominal=krippendorff_alpha(by_rater),
        alpha_ordinal=krippendorff_alpha(by_rater, level="ordinal", order=order) if order else None,
        mean_linear_kappa=mean(lambda pair: pair.linear_kappa) if order else None,
        mean_quadratic_kappa=mean(lambda pair: pair.quadratic_kappa) if order else None,
        mean_rho=mean(lambda pair: pair.rho) if order else None,
        pairs=pairs,
        paper=PAPER.get(question),
    )


def _pair(first: str, second: str, one: Answers, other: Answers, order: Sequence[str]) -> PairAgreement:
    return PairAgreement(
        first=first,
        second=second,
        percent=percent_agreement({first: one, second: other}),
        kappa=cohens_kappa(one, other),
        linear_kappa=cohens_kappa(one, other, weights="linear", order=order) if order else None,
        quadratic_kappa=cohens_kappa(one, other, weights="quadratic", order=order) if order else None,
        rho=spearman_rho(one, other, order=order) if order else None,
    )


def _mean(of_pairs: Mapping[PairAgreement, Estimate], by_rater: ByRater) -> Estimate:
    """The mean over pairs, without an interval: pairs that share a rater are not independent."""
    if not of_pairs:
        return Estimate(None, 0, why_nothing_is_shared(by_rater))
    values = {pair: estimate.value for pair, estimate in of_pairs.items() if estimate.value is not None}
    items = {item for pair in values or of_pairs for item in by_rater[pair.first].keys() & by_rater[pair.second].keys()}
    if not values:
        reasons = {estimate.note for estimate in of_pairs.values()}
        return Estimate(None, len(items), reasons.pop() if len(reasons) == 1 else "No pair of raters has a value.")
    missing = len(of_pairs) - len(values)
    note = f"{missing} of {len(of_pairs)} pairs of raters have no value." if missing else ""
    return Estimate(fmean(values.values()), len(items), note)
