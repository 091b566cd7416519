"""Cohen's kappa and Spearman's rho on published examples, and where they are not defined."""

import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.ratings.agreement import cohens_kappa, spearman_rho
from tests.ratings.agreement.builders import NEEDS_LIBRARIES, from_table

pytestmark = NEEDS_LIBRARIES

# SAS/STAT user's guide, PROC FREQ, "Agreement Study": two dermatologists, 88 patients, four ordered ratings.
SKIN_CONDITION = [[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]

# Agresti and Winner, Chance 10(2), 1997: Siskel and Ebert on 160 films (con, mixed, pro).
FILMS = [[24, 8, 13], [8, 13, 11], [10, 9, 64]]

# Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, table 18.1: 100 diagnoses.
DIAGNOSES = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]


@pytest.mark.parametrize(
    ("table", "kappa", "lower", "upper"),
    [(SKIN_CONDITION, 0.3449, 0.2030, 0.4868), (FILMS, 0.3888, 0.2716, 0.5060), (DIAGNOSES, 0.6765, 0.5046, 0.8484)],
)
def test_kappa_and_its_interval_are_those_of_the_textbooks(table, kappa, lower, upper):
    estimate = cohens_kappa(*from_table(table))
    assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx((kappa, lower, upper), abs=5e-5)
    assert estimate.num_items == sum(map(sum, table))
    assert estimate.note == ""


def test_linear_kappa_and_its_interval_are_those_of_the_sas_manual():
    estimate = cohens_kappa(*from_table(SKIN_CONDITION), weights="linear")
    assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx((0.5082, 0.3798, 0.6366), abs=5e-5)


def test_quadratic_kappa_is_one_minus_the_ratio_of_squared_distances():
    first, second = from_table(FILMS)
    observed = sum((first[item] - second[item]) ** 2 for item in first) / 160
    by_chance = sum((a - b) ** 2 for a in first.values() for b in second.values()) / 160**2
    assert cohens_kappa(first, second, weights="quadratic").value == pytest.approx(1 - observed / by_chance)


def test_the_interval_of_1960_takes_chance_agreement_for_known():
    # 35 of 50 agree, 25 would by chance: the error is sqrt(0.7 * 0.3 / 50) / (1 - 0.5).
    estimate = cohens_kappa(*from_table([[20, 5], [10, 15]]), interval="cohen_1960")
    half = 1.959964 * 0.0648074 / 0.5
    assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx((0.4, 0.4 - half, 0.4 + half), abs=1e-6)


def test_the_interval_of_1968_is_that_of_1960_with_credit_for_near_answers():
    # Credit 1, 1/2 or 0. Observed: 5 and 3 of 10; by chance: 39 and 46 of 100.
    table = [[3, 1, 1], [1, 2, 1], [1, 0, 0]]
    estimate = cohens_kappa(*from_table(table), weights="linear", interval="cohen_1960")
    agreed, squares, by_chance = 0.65, 0.575, 0.62
    half = 1.959964 * ((squares - agreed**2) / 10) ** 0.5 / (1 - by_chance)
    kappa = (agreed - by_chance) / (1 - by_chance)
    assert (estimate.value, estimate.upper) == pytest.approx((kappa, min(1, kappa + half)), abs=1e-6)
    assert estimate.lower == pytest.approx(kappa - half, abs=1e-6)


@pytest.mark.parametrize("interval", ["asymptotic", "cohen_1960"])
def test_weights_change_nothing_for_two_answers(interval):
    plain = cohens_kappa(*from_table([[20, 5], [10, 15]]), interval=interval)
    for weights in ("linear", "quadratic"):
        weighted = cohens_kappa(*from_table([[20, 5], [10, 15]]), weights=weights, interval=interval)
        assert (weighted.value, weighted.lower, weighted.upper) == pytest.approx(
            (plain.value, plain.lower, plain.upper)
        )


def test_an_unused_answer_of_the_scale_counts_as_a_step():
    first = {"1": "A", "2": "B", "3": "D", "4": "D"}
    second = {"1": "B", "2": "B", "3": "D", "4": "B"}
    as_letters = cohens_kappa(first, second, weights="linear", order="DCBA")
    points = {"A": 3, "B": 2, "D": 0}
    as_numbers = cohens_kappa(
        {item: points[letter] for item, letter in first.items()},
        {item: points[letter] for item, letter in second.items()},
        weights="linear",
    )
    assert as_letters.value == pytest.approx(as_numbers.value)


def test_only_items_that_both_answered_count():
    first, second = from_table(FILMS)
    assert cohens_kappa({**first, "x": 1}, {**second, "y": 2}) == cohens_kappa(first, second)


@pytest.mark.parametrize(
    ("first", "second", "note"),
    [
        ({}, {}, "The two have no item in common."),
        ({"1": "yes"}, {"2": "yes"}, "The two have no item in common."),
        ({"1": "yes"}, {"1": "no"}, "Only one item."),
        ({"1": "yes", "2": "yes"}, {"1": "yes", "2": "yes"}, "All answers are yes: agreement by chance is certain."),
    ],
)
def test_without_kappa_the_reason_is_given(first, second, note):
    estimate = cohens_kappa(first, second)
    assert (estimate.value, estimate.lower, estimate.upper, estimate.note) == (None, None, None, note)


@pytest.mark.parametrize("table", [[[5, 0], [0, 5]], [[5, 5], [0, 0]], [[0, 5], [0, 0]]])
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_an_interval_of_no_width_is_none(table, weights):
    estimate = cohens_kappa(*from_table(table), weights=weights)
    assert estimate.value is not None
    assert (estimate.lower, estimate.upper, estimate.note) == (None, None, "No interval: its standard error is 0.")


def test_an_interval_ends_at_1():
    assert cohens_kappa(*from_table([[9, 1], [0, 2]])).upper == 1.0


def test_words_need_an_order_to_have_a_distance():
    first, second = {"1": "good", "2": "bad"}, {"1": "good", "2": "good"}
    with pytest.raises(ConfigError, match=r"The answer 'good' is not a number: give the order of the answers\."):
        cohens_kappa(first, second, weights="linear")
    with pytest.raises(ConfigError, match=r"The answer 'bad' is not in the order good, better: add it\."):
        cohens_kappa(first, second, weights="linear", order=("good", "better"))


def test_rho_is_that_of_the_usual_example():
    # Wikipedia, "Spearman's rank correlation coefficient": IQ and hours of television, rho = -29/165.
    iq = (106, 100, 86, 101, 99, 103, 97, 113, 112, 110)
    hours = (7, 27, 2, 50, 28, 29, 20, 12, 6, 17)
    first, second = ({str(item): value for item, value in enumerate(values)} for values in (iq, hours))
    assert spearman_rho(first, second).value == pytest.approx(-29 / 165)


def test_rho_gives_equal_answers_their_mean_rank():
    # Ranks 1.5, 1.5, 3, 4 against 1, 2, 3.5, 3.5: Pearson's correlation of these is 4 / 4.5.
    first, second = dict(zip("abcd", "DDBA", strict=True)), dict(zip("abcd", "DCAA", strict=True))
    assert spearman_rho(first, second, order="DCBA").value == pytest.approx(4 / 4.5)


@pytest.mark.parametrize(
    ("first", "second", "note"),
    [
        ("", "", "The two have no item in common."),
        ("AB", "AB", "2 in common: too few to rank."),
        ("AAA", "ABC", "One of the two gave all items the same answer."),
    ],
)
def test_without_rho_the_reason_is_given(first, second, note):
    one, other = dict(enumerate(first)), dict(enumerate(second))
    assert spearman_rho(one, other, order="DCBA").note == note
    assert spearman_rho(one, other, order="DCBA").value is None
