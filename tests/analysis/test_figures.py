"""Histograms, rejections, acceptance and class balance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.analysis import (
    acceptance_periods,
    class_balance,
    count_rejections,
    length_histogram,
    share_histogram,
)


def test_lengths_fall_into_bins_of_a_round_width():
    found = length_histogram([1, 1, 2, 5, 9])
    assert found.edges == tuple(range(11))
    assert found.counts == (0, 2, 1, 0, 0, 1, 0, 0, 0, 1)
    assert (found.total, found.mean, found.median, found.longest, found.beyond) == (5, 3.6, 2.0, 9.0, 0)


def test_a_single_long_text_does_not_stretch_the_histogram():
    found = length_histogram([10] * 999 + [5000])
    assert (found.edges[-1], found.beyond, found.longest) == (11, 1, 5000.0)


@given(st.lists(st.integers(0, 10_000), max_size=200))
def test_every_length_is_counted_once(lengths):
    found = length_histogram(lengths)
    assert sum(found.counts) + found.beyond == found.total == len(lengths)
    assert len(found.edges) == len(found.counts) + 1


def test_shares_have_equal_bins_and_one_is_in_the_last():
    found = share_histogram([0.0, 0.05, 0.349, 1.0], bins=10)
    assert found.counts == (2, 0, 0, 1, 0, 0, 0, 0, 0, 1)
    assert found.edges[0] == 0
    assert found.edges[-1] == 1


@given(st.lists(st.floats(0, 1), max_size=100))
def test_every_share_is_counted_once(values):
    assert sum(share_histogram(values).counts) == len(values)


def rejection(stage: str, reason: str, request: int = 0) -> dict:
    return {"stage": stage, "reason": reason, "request": request}


def test_rejections_are_counted_by_stage_and_reason_most_common_first():
    rows = [rejection("b", "x"), rejection("a", "y"), rejection("b", "z"), rejection("b", "z")]
    assert [(row.stage, row.reason, row.count) for row in count_rejections(rows)] == [
        ("b", "z", 2),
        ("b", "x", 1),
        ("a", "y", 1),
    ]


def test_acceptance_is_the_share_of_candidates_admitted_in_each_period():
    admitted = [{"request": request} for request in (0, 0, 1, 3)]
    dropped = [rejection("instruction_generation", "near_duplicate", request) for request in (1, 3, 3, 3)]
    first, second = acceptance_periods(admitted, dropped, periods=2)
    assert (first.first_request, first.last_request, first.acceptance) == (0, 1, 0.75)
    assert (second.first_request, second.last_request, second.acceptance) == (2, 3, 0.25)


def test_what_later_stages_drop_and_what_is_beyond_the_limit_says_nothing_about_acceptance():
    dropped = [rejection("instance_filtering", "empty_output"), rejection("instruction_generation", "over_limit")]
    assert [period.acceptance for period in acceptance_periods([{"request": 0}], dropped)] == [1.0]


def test_periods_without_a_candidate_have_no_acceptance():
    assert [period.acceptance for period in acceptance_periods([{"request": 2}], [])] == [None, None, 1.0]


def test_rows_without_request_numbers_have_no_periods():
    assert acceptance_periods([{"instruction": "a"}], [{"reason": "empty"}]) == ()


@given(st.lists(st.integers(0, 500)), st.lists(st.integers(0, 500)), st.integers(1, 50))
def test_periods_hold_every_candidate_once(admitted, rejected, periods):
    found = acceptance_periods(
        [{"request": number} for number in admitted],
        [rejection("instruction_generation", "empty", number) for number in rejected],
        periods,
    )
    assert len(found) <= periods
    assert sum(period.admitted for period in found) == len(admitted)
    assert sum(period.rejected for period in found) == len(rejected)


def labelled(instruction: str, *labels: str, is_classification: bool = True) -> list[dict]:
    return [{"instruction": instruction, "output": label, "is_classification": is_classification} for label in labels]


def test_labels_are_counted_without_regard_to_case_and_space():
    found = class_balance(labelled("sort", "Yes", " yes\n", "no"))
    assert found.most_common == (("Yes", 2), ("no", 1))
    assert (found.instructions, found.instances, found.labels) == (1, 3, 2)


def test_imbalance_is_seen_within_instructions():
    rows = [*labelled("a", "x", "x", "x", "y"), *labelled("b", "z", "z"), *labelled("c", "w")]
    found = class_balance(rows)
    assert (found.with_several_instances, found.with_one_label) == (2, 1)
    assert found.majority_share == pytest.approx(0.875)


def test_other_instances_have_no_labels():
    found = class_balance([*labelled("a", "long answer", is_classification=False), {"instruction": "b", "output": "x"}])
    assert (found.instructions, found.instances, found.majority_share) == (0, 0, 0.0)
