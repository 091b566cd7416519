"""The agreement of raters on the questions of a review, beside the paper's own figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from distilabel_selfinstruct.ratings.agreement.estimate import (
    ByRater,
    Estimate,
    shared_by_item,
    why_nothing_is_shared,
)
from distilabel_selfinstruct.ratings.agreement.several_raters import fleiss_kappa, krippendorff_alpha, percent_agreement
from distilabel_selfinstruct.ratings.agreement.two_raters import cohens_kappa, spearman_rho
from distilabel_selfinstruct.ratings.answers import OVERALL, OVERALL_RATINGS, QUALITY_QUESTIONS, Rating, latest_answers

OVERALL_BINARY = "overall_binary"
"""The overall rating in the two classes that the paper also uses: acceptable (A or B), or not (C or D)."""

_ACCEPTABLE = {letter: "A or B" if letter in "AB" else "C or D" for letter in OVERALL_RATINGS}


@dataclass(frozen=True, slots=True)
class PaperAgreement:
    """How far the paper's two raters agreed. They rated answers of models (section 4.4), not instances."""

    kappa: float
    rho: float | None = None


PAPER = {OVERALL: PaperAgreement(kappa=0.58, rho=0.81), OVERALL_BINARY: PaperAgreement(kappa=0.75)}
"""The paper's figures, by question. There are none for the three questions of Table 2: one person answered them."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two raters, on the items that both have answered. Statistics that need a scale are None if there is no scale."""

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

    `num_items` counts the items with an answer, `num_shared_items` the items with two answers or more. `pairs` are the
    pairs of raters with an item in common, sorted by name. The means are over all pairs with a value, each with the
    same weight. Statistics that need a scale are None if the question has none; `paper` is None if the paper has no
    figure.
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
    """The agreement on each question with a fixed set of answers, and then on the overall rating in two classes.

    If a rater answered a question several times, the latest answer counts. The order of `ratings` does not matter.

    Raises:
        MissingExtraError: the extra `analysis` is needed and not installed.
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
        _pair(first, second, by_rater, order)
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


def _pair(first: str, second: str, by_rater: ByRater, order: Sequence[str]) -> PairAgreement:
    both = by_rater[first], by_rater[second]
    return PairAgreement(
        first=first,
        second=second,
        percent=percent_agreement({first: both[0], second: both[1]}),
        kappa=cohens_kappa(*both),
        linear_kappa=cohens_kappa(*both, weights="linear", order=order) if order else None,
        quadratic_kappa=cohens_kappa(*both, weights="quadratic", order=order) if order else None,
        rho=spearman_rho(*both, order=order) if order else None,
    )


def _mean(estimates: Mapping[PairAgreement, Estimate], by_rater: ByRater) -> Estimate:
    """The mean over pairs. It has no interval, because pairs that share a rater are not independent."""
    if not estimates:
        return Estimate(None, 0, why_nothing_is_shared(by_rater))
    values = {pair: estimate.value for pair, estimate in estimates.items() if estimate.value is not None}
    items = {
        item for pair in values or estimates for item in by_rater[pair.first].keys() & by_rater[pair.second].keys()
    }
    if not values:
        reasons = {estimate.note for estimate in estimates.values()}
        return Estimate(None, len(items), reasons.pop() if len(reasons) == 1 else "No pair of raters has a value.")
    missing = len(estimates) - len(values)
    note = f"{missing} of {len(estimates)} pairs of raters have no value." if missing else ""
    return Estimate(fmean(values.values()), len(items), note)
