"""The agreement on all questions of a review."""

import json
import random
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from distilabel_selfinstruct.ratings.agreement import OVERALL_BINARY, agreement_by_question, cohens_kappa
from distilabel_selfinstruct.ratings.answers import (
    COMMENT,
    CORRECTED_OUTPUT,
    OUTPUT_CORRECT,
    OVERALL,
    VALID_TASK,
    Rating,
)
from tests.ratings.agreement.builders import NEEDS_LIBRARIES, rated

pytestmark = NEEDS_LIBRARIES

LETTERS = {"anna": "AAABCCDDAB", "ben": "ABABCDDDAA"}
RATINGS = [
    *rated(OVERALL, **LETTERS),
    *rated(VALID_TASK, anna="yyyyyyynnn", ben="yyyyyynnny", carl="yyyyn....."),
]


def agreement_on(question, ratings=RATINGS):
    return next(agreement for agreement in agreement_by_question(ratings) if agreement.question == question)


def test_there_is_an_entry_for_each_question_with_fixed_answers():
    names = ["valid_task", "input_appropriate", "output_correct", "overall", "overall_binary"]
    assert [agreement.question for agreement in agreement_by_question(RATINGS)] == names
    assert [agreement.question for agreement in agreement_by_question([])] == names


def test_items_and_raters_are_counted():
    valid = agreement_on(VALID_TASK, [*RATINGS, Rating("record 99", "Do it.", "dora", VALID_TASK, "yes")])
    assert (valid.num_items, valid.num_shared_items, valid.raters) == (11, 10, ("anna", "ben", "carl", "dora"))


def test_each_pair_of_raters_with_items_in_common_has_its_figures():
    valid = agreement_on(VALID_TASK)
    assert [(pair.first, pair.second) for pair in valid.pairs] == [("anna", "ben"), ("anna", "carl"), ("ben", "carl")]
    anna_ben = valid.pairs[0]
    assert anna_ben.percent.value == 0.8
    # Both say yes to 7 of 10: chance agreement is 0.7 * 0.7 + 0.3 * 0.3.
    assert anna_ben.kappa.value == pytest.approx((0.8 - 0.58) / 0.42)
    assert anna_ben.kappa.lower < anna_ben.kappa.value < anna_ben.kappa.upper
    assert anna_ben.kappa.num_items == 10


def test_the_mean_kappa_is_over_the_pairs_and_needs_a_value():
    valid = agreement_on(VALID_TASK)
    assert valid.mean_kappa.value == pytest.approx(((0.8 - 0.58) / 0.42 + 0 + 0) / 3)
    some = rated(VALID_TASK, anna="yyn", ben="yny", carl="yy.")
    assert agreement_on(VALID_TASK, some).mean_kappa.note == "1 of 3 pairs of raters have no value."
    assert agreement_on(VALID_TASK, rated(VALID_TASK, anna="y", ben="n")).mean_kappa.note == "Only one item."


def test_the_scale_of_the_overall_rating_counts():
    overall = agreement_on(OVERALL)
    points = {"D": 0, "C": 1, "B": 2, "A": 3}
    first, second = ({str(i): points[letter] for i, letter in enumerate(row)} for row in LETTERS.values())
    for weights, mean in (("linear", overall.mean_linear_kappa), ("quadratic", overall.mean_quadratic_kappa)):
        assert mean.value == pytest.approx(cohens_kappa(first, second, weights=weights).value)
    assert overall.alpha_ordinal.value > overall.alpha_nominal.value
    assert overall.mean_rho.value == overall.pairs[0].rho.value > 0.8
    valid = agreement_on(VALID_TASK)
    assert (valid.alpha_ordinal, valid.mean_rho, valid.pairs[0].linear_kappa) == (None, None, None)


def test_the_overall_rating_is_also_taken_as_acceptable_or_not():
    binary = agreement_on(OVERALL_BINARY)
    assert binary.percent.value == 1.0
    assert binary.mean_kappa.value == 1.0
    assert binary.pairs[0].kappa.note == "No interval: its standard error is 0."
    assert agreement_on(OVERALL).percent.value == 0.7


def test_the_figures_of_the_paper_stand_beside():
    assert (agreement_on(OVERALL).paper.kappa, agreement_on(OVERALL).paper.rho) == (0.58, 0.81)
    assert (agreement_on(OVERALL_BINARY).paper.kappa, agreement_on(OVERALL_BINARY).paper.rho) == (0.75, None)
    assert agreement_on(OUTPUT_CORRECT).paper is None


def test_without_answers_every_figure_has_a_reason():
    for agreement in agreement_by_question([]):
        assert (agreement.num_items, agreement.raters, agreement.pairs) == (0, (), ())
        assert agreement.percent.note == agreement.mean_kappa.note == "Nobody has answered."
        assert agreement.fleiss_kappa.note == agreement.alpha_nominal.note == "Nobody has answered."


def test_one_rater_has_nobody_to_agree_with():
    assert agreement_on(VALID_TASK, rated(VALID_TASK, anna="yyn")).mean_kappa.note == "Only anna has answered."


def test_texts_and_unknown_answers_are_no_part_of_it():
    texts = [Rating("record 0", "Do 0.", "anna", question, "A text.") for question in (COMMENT, CORRECTED_OUTPUT)]
    strange = [replace(RATINGS[0], value="E"), replace(RATINGS[0], question="fluency")]
    assert agreement_by_question([*RATINGS, *texts, *strange]) == agreement_by_question(RATINGS)


def test_the_latest_answer_of_a_rater_counts():
    earlier = [replace(rating, value="D", updated_at="2025-12-31T23:59:59.9Z") for rating in rated(OVERALL, **LETTERS)]
    assert agreement_by_question([*RATINGS, *earlier]) == agreement_by_question(RATINGS)


def test_the_order_of_the_ratings_changes_nothing():
    shuffled = random.Random(1).sample(RATINGS, len(RATINGS))
    assert agreement_by_question(shuffled) == agreement_by_question(RATINGS)


def test_the_report_is_ready_for_json():
    rows = json.loads(json.dumps([asdict(agreement) for agreement in agreement_by_question(RATINGS)], allow_nan=False))
    assert rows[3]["paper"] == {"kappa": 0.58, "rho": 0.81}
    assert rows[0]["pairs"][0]["first"] == "anna"


def test_without_the_libraries_the_extra_is_named_and_percent_agreement_works():
    code = """
import sys
for name in ("statsmodels", "scipy", "krippendorff"): sys.modules[name] = None
from distilabel_selfinstruct.ratings.agreement import *
from distilabel_selfinstruct.errors import MissingExtraError
one, other = {"1": 1, "2": 2, "3": 3}, {"1": 1, "2": 1, "3": 2}
both = {"anna": one, "ben": other}
assert percent_agreement(both).value == 1 / 3
for attempt in (lambda: cohens_kappa(one, other), lambda: spearman_rho(one, other), lambda: fleiss_kappa(both),
                lambda: krippendorff_alpha(both)):
    try:
        attempt()
    except MissingExtraError as error:
        assert str(error) == "Agreement statistics needs an extra: pip install 'distilabel-selfinstruct[analysis]'."
    else:
        raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)
