"""What holds for all ratings: no figure outside its range, no NaN, no warning, and laws that tie figures together."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.ratings.agreement import (
    Estimate,
    agreement_by_question,
    cohens_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
    spearman_rho,
)
from distilabel_selfinstruct.ratings.answers import OVERALL, OVERALL_RATINGS, VALID_TASK, Rating
from tests.ratings.agreement.builders import NEEDS_LIBRARIES

pytestmark = NEEDS_LIBRARIES

LETTERS = st.sampled_from(OVERALL_RATINGS)
ANSWERS = st.dictionaries(st.sampled_from("abcdefgh"), LETTERS)
BY_RATER = st.dictionaries(st.sampled_from(["anna", "ben", "carl", "dora"]), ANSWERS)
COMPLETE = st.integers(2, 4).flatmap(
    lambda raters: st.lists(st.lists(LETTERS, min_size=raters, max_size=raters), min_size=2, max_size=8)
)
ORDER = "DCBA"


def by_rater(items):
    return {str(number): dict(enumerate(row)) for number, row in enumerate(zip(*items, strict=True))}


def all_estimates(first, second, raters):
    yield cohens_kappa(first, second)
    yield cohens_kappa(first, second, interval="cohen_1960")
    for weights in ("linear", "quadratic"):
        yield cohens_kappa(first, second, weights=weights, order=ORDER)
        yield cohens_kappa(first, second, weights=weights, order=ORDER, interval="cohen_1960")
    yield spearman_rho(first, second, order=ORDER)
    yield percent_agreement(raters)
    yield fleiss_kappa(raters)
    for level in ("nominal", "ordinal", "interval"):
        yield krippendorff_alpha(raters, level=level, order=ORDER)


@given(ANSWERS, ANSWERS, BY_RATER)
def test_a_figure_is_in_its_range_or_has_a_reason(first, second, raters):
    for estimate in all_estimates(first, second, raters):
        assert isinstance(estimate, Estimate)
        assert (estimate.lower is None) == (estimate.upper is None)
        if estimate.value is None:
            assert estimate.note
            assert estimate.lower is None
        else:
            assert type(estimate.value) is float
            assert math.isfinite(estimate.value)
            assert estimate.value <= 1 + 1e-9
        if estimate.lower is not None:
            assert -1 <= estimate.lower <= estimate.value <= estimate.upper <= 1


@given(ANSWERS, ANSWERS)
def test_two_raters_can_be_exchanged(first, second):
    for weights in (None, "linear", "quadratic"):
        one = cohens_kappa(first, second, weights=weights, order=ORDER)
        other = cohens_kappa(second, first, weights=weights, order=ORDER)
        assert one.note == other.note
        assert (one.value, one.lower, one.upper) == pytest.approx((other.value, other.lower, other.upper))


@given(ANSWERS, ANSWERS)
def test_kappa_is_agreement_beyond_chance(first, second):
    estimate = cohens_kappa(first, second)
    if estimate.value is not None:
        items = first.keys() & second.keys()
        agreed = sum(first[item] == second[item] for item in items) / len(items)
        by_chance = sum(first[item] == second[other] for item in items for other in items) / len(items) ** 2
        assert estimate.value == pytest.approx((agreed - by_chance) / (1 - by_chance))


@given(COMPLETE)
def test_alpha_is_fleiss_kappa_with_a_correction_for_few_ratings(items):
    raters = by_rater(items)
    fleiss, alpha = fleiss_kappa(raters), krippendorff_alpha(raters)
    assert (fleiss.value is None) == (alpha.value is None)
    if fleiss.value is not None:
        num_ratings = len(items) * len(items[0])
        assert 1 - alpha.value == pytest.approx((1 - fleiss.value) * (num_ratings - 1) / num_ratings)


@given(ANSWERS)
def test_who_copies_agrees_perfectly(answers):
    for estimate in all_estimates(answers, answers, {"anna": answers, "ben": answers}):
        assert estimate.value is None or estimate.value == pytest.approx(1)


@given(st.data(), BY_RATER)
def test_names_and_order_of_raters_and_ratings_change_no_figure_of_all(data, raters):
    ratings = [
        Rating(item, item, rater, question, value)
        for rater, answers in raters.items()
        for item, letter in answers.items()
        for question, value in ((OVERALL, letter), (VALID_TASK, "yes" if letter < "C" else "no"))
    ]
    shuffled = data.draw(st.permutations(ratings))
    assert agreement_by_question(shuffled) == agreement_by_question(ratings)
