"""Intervals from resampled tasks."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct.evaluation.resampling import difference_of, interval_of

SCORES = st.lists(st.floats(0, 100), min_size=1, max_size=12)


@settings(max_examples=25)
@given(SCORES, SCORES, st.integers(1, 4))
def test_a_difference_is_that_of_the_means_over_what_both_have_and_turns_its_sign(first, second, per_task):
    ours, theirs = dict(enumerate(first)), dict(enumerate(second))
    units = [index // per_task for index in range(12)]
    both = range(min(len(first), len(second)))
    one = difference_of(ours, theirs, units)
    assert one.value == pytest.approx(sum(second[i] - first[i] for i in both) / len(both), abs=1e-9)
    assert one.low <= one.high
    other = difference_of(theirs, ours, units)
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=1e-9)
    same = difference_of(ours, ours, units)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


@settings(max_examples=25)
@given(SCORES)
def test_an_interval_is_fixed_by_its_seed_and_within_the_scores(scores):
    given_scores = dict(enumerate(scores))
    one = interval_of(given_scores, range(len(scores)))
    assert one == interval_of(given_scores, range(len(scores)))
    assert min(scores) - 1e-9 <= one.low <= one.high <= max(scores) + 1e-9
    assert one.num_units == len(scores)


@pytest.mark.slow
def test_the_width_is_that_of_the_standard_error_of_tasks_drawn_whole():
    scores = {index: float(index % 2 * 100) for index in range(400)}
    alone = interval_of(scores, range(400))
    assert alone.high - alone.low == pytest.approx(2 * 1.96 * 50 / math.sqrt(400), rel=0.05)
    pairs = interval_of(scores, [index // 2 for index in range(400)])  # each has one of 0 and one of 100
    assert (pairs.low, pairs.high, pairs.num_units) == (50.0, 50.0, 200)
    alike = interval_of(scores, [index // 4 * 2 + index % 2 for index in range(400)])  # twice the same in each
    assert alike.high - alike.low == pytest.approx(2 * 1.96 * 50 / math.sqrt(200), rel=0.05)
    other = interval_of(scores, range(400), 7)
    assert (other.low, other.high) == pytest.approx((alone.low, alone.high), abs=0.6)
    assert interval_of({}, []).num_units == 0
