"""Percent agreement, Fleiss' kappa and Krippendorff's alpha on published examples, and where they are not defined."""

import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.ratings.agreement import fleiss_kappa, krippendorff_alpha, percent_agreement
from tests.ratings.agreement.builders import NEEDS_LIBRARIES, from_counts, from_rows

pytestmark = NEEDS_LIBRARIES

# Wikipedia, "Fleiss' kappa": 14 raters, 10 items, 5 answers.
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers, missing answers.
FOUR_OBSERVERS = from_rows("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def test_fleiss_kappa_is_that_of_the_usual_example():
    estimate = fleiss_kappa(from_counts(FOURTEEN_RATERS))
    assert estimate.value == pytest.approx(0.210, abs=5e-4)
    assert (estimate.num_items, estimate.note) == (10, "")


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_with_missing_answers_is_that_of_krippendorff(level, alpha):
    estimate = krippendorff_alpha(FOUR_OBSERVERS, level=level)
    assert estimate.value == pytest.approx(alpha, abs=5e-4)
    assert estimate.num_items == 11  # one item has a single answer


def test_alpha_of_two_observers_is_that_of_krippendorff():
    # The same text, section A: two observers, ten binary items.
    assert krippendorff_alpha(from_rows("0100000010", "1110010000")).value == pytest.approx(0.095, abs=5e-4)


def test_alpha_takes_words_in_their_order():
    words = ("very low", "low", "middle", "high", "very high")
    named = {
        rater: {item: words[answer - 1] for item, answer in answers.items()}
        for rater, answers in FOUR_OBSERVERS.items()
    }
    assert krippendorff_alpha(named, level="ordinal", order=words).value == pytest.approx(0.815, abs=5e-4)
    with pytest.raises(ConfigError, match="is not a number"):
        krippendorff_alpha(named, level="ordinal")


def test_percent_agreement_is_the_share_of_agreeing_pairs_of_raters():
    assert percent_agreement(from_rows("1122", "1222")).value == 0.75
    assert percent_agreement(from_rows("11", "12", "12")).value == pytest.approx((1 + 1 / 3) / 2)
    assert percent_agreement(from_rows("11", "1.", "12")).value == 0.5


def test_fleiss_kappa_leaves_out_items_with_another_number_of_ratings_and_says_so():
    estimate = fleiss_kappa(from_rows("1211.1", "1222.1", "1112..", "...2.."))
    assert estimate.value == fleiss_kappa(from_rows("121", "122", "111")).value
    assert estimate.num_items == 3
    assert estimate.note == "Items with 3 ratings; 2 with another number are left out."


def test_fleiss_kappa_takes_the_larger_of_two_equally_frequent_numbers_of_ratings():
    estimate = fleiss_kappa(from_rows("1212", "1212", "12.."))
    assert (estimate.num_items, estimate.note) == (2, "Items with 3 ratings; 2 with another number are left out.")


@pytest.mark.parametrize("statistic", [percent_agreement, fleiss_kappa, krippendorff_alpha])
@pytest.mark.parametrize(
    ("by_rater", "note"),
    [
        ({}, "Nobody has answered."),
        ({"anna": {}}, "Nobody has answered."),
        ({"anna": {"1": "yes", "2": "no"}, "ben": {}}, "Only anna has answered."),
        ({"anna": {"1": "yes"}, "ben": {"2": "yes"}}, "No two raters have answered about the same item."),
    ],
)
def test_without_items_in_common_the_reason_is_given(statistic, by_rater, note):
    assert (statistic(by_rater).value, statistic(by_rater).num_items, statistic(by_rater).note) == (None, 0, note)


@pytest.mark.parametrize("statistic", [fleiss_kappa, krippendorff_alpha])
def test_agreement_beyond_chance_needs_two_items_and_two_answers(statistic):
    assert statistic(from_rows("1", "2")).note == "Only one item."
    assert statistic(from_rows("111", "111")).note == "All answers are 1: agreement by chance is certain."
    assert statistic(from_rows("1111.", "11112")).value is None


def test_percent_agreement_needs_neither():
    assert percent_agreement(from_rows("1", "2")).value == 0
    assert percent_agreement(from_rows("111", "111")).value == 1
