from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.filters import MAX_INSTANCES, filter_instances, limit_instances
from distilabel_selfinstruct.records import Instance, Mode, Reason

BOTH_MODES = pytest.mark.parametrize("mode", ["strict", "default"])


@BOTH_MODES
@pytest.mark.parametrize(
    ("instance", "reason"),
    [
        (Instance("a", "a"), Reason.INPUT_EQUALS_OUTPUT),
        (Instance("a", ""), Reason.EMPTY_OUTPUT),
        (Instance("a:", "b"), Reason.ENDS_WITH_COLON),
        (Instance("a", "b: "), Reason.ENDS_WITH_COLON),
    ],
)
def test_an_invalid_instance_is_dropped_alone(instance: Instance, reason: Reason, mode: Mode) -> None:
    good = Instance("x", "y")
    parsed = filter_instances([instance, good], mode)
    assert parsed.kept == (good,)
    assert [rejection.reason for rejection in parsed.rejected] == [reason]


def test_a_full_width_colon_counts_in_default_mode_only() -> None:
    instance = Instance("", "答案如下\uff1a")
    assert filter_instances([instance], "default").kept == ()
    assert filter_instances([instance], "strict").kept == (instance,)


@BOTH_MODES
def test_two_outputs_for_one_input_drop_all_instances(mode: Mode) -> None:
    parsed = filter_instances([Instance("x", "y"), Instance("a", "b"), Instance("a", "c")], mode)
    assert parsed.kept == ()
    assert {rejection.reason for rejection in parsed.rejected} == {Reason.CONFLICTING_OUTPUT}
    assert len(parsed.rejected) == 3


@BOTH_MODES
def test_two_outputs_without_input_do_not_conflict(mode: Mode) -> None:
    both = (Instance("", "b"), Instance("", "c"))
    assert filter_instances(both, mode).kept == both


@BOTH_MODES
def test_an_invalid_output_makes_no_conflict(mode: Mode) -> None:
    assert filter_instances([Instance("a", "b"), Instance("a", "")], mode).kept == (Instance("a", "b"),)


@BOTH_MODES
def test_duplicates_are_kept_once_and_in_order(mode: Mode) -> None:
    first, second = Instance("a", "b"), Instance("c", "d")
    parsed = filter_instances([first, second, first, first], mode)
    assert parsed.kept == (first, second)
    assert [rejection.reason for rejection in parsed.rejected] == [Reason.DUPLICATE, Reason.DUPLICATE]


TEXTS = st.text("ab: ", max_size=3)


@given(st.lists(st.builds(Instance, TEXTS, TEXTS)), st.sampled_from(["strict", "default"]))
def test_every_instance_is_kept_or_rejected_and_what_is_kept_stays(instances: list[Instance], mode: Mode) -> None:
    parsed = filter_instances(instances, mode)
    accounted = Counter(one.text for one in parsed.kept) + Counter(one.text for one in parsed.rejected)
    assert accounted == Counter(one.text for one in instances)
    assert filter_instances(parsed.kept, mode).kept == parsed.kept


@given(st.integers(0, 12), st.integers(0, 8), st.integers())
def test_the_cut_keeps_at_most_the_limit_in_order_and_names_the_rest(count: int, limit: int, seed: int) -> None:
    instances = [Instance("", str(number)) for number in range(count)]
    parsed = limit_instances(instances, limit, Random(seed))
    assert len(parsed.kept) == min(count, limit)
    assert list(parsed.kept) == [one for one in instances if one in parsed.kept]
    assert len(parsed.kept) + len(parsed.rejected) == count
    assert {rejection.reason for rejection in parsed.rejected} <= {Reason.OVER_LIMIT}


def test_the_cut_depends_on_the_random_state_alone() -> None:
    instances = [Instance("", str(number)) for number in range(20)]
    cuts = [limit_instances(instances, MAX_INSTANCES, Random(seed)) for seed in (1, 1, 2)]
    assert cuts[0] == cuts[1] != cuts[2]


def test_runaway_text_is_dropped_by_default_and_kept_in_strict_mode() -> None:
    runaway = Instance("", "a " * 20_000)
    assert [one.reason for one in filter_instances([runaway]).rejected] == [Reason.TOO_LONG]
    assert filter_instances([runaway], "strict").kept == (runaway,)
