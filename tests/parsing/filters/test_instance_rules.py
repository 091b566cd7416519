from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing.filters import MAX_INSTANCES, filter_instances, limit_instances
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


@pytest.mark.parametrize(
    "form", [lambda text: text, str.upper, lambda text: f"  {text}\n", lambda text: text.replace(" ", "\n")]
)
def test_copies_of_the_instances_that_the_prompt_shows_are_dropped(form: Callable[[str], str]) -> None:
    shown = frozenset({Instance("the sea at night", "black water"), Instance("", "a lone output")})
    own = Instance("the sea at noon", "blue water")
    copies = [Instance(form(one.input), form(one.output)) for one in shown]
    parsed = filter_instances([*copies, own], shown=shown)
    assert parsed.kept == (own,)
    assert [one.reason for one in parsed.rejected] == [Reason.PROMPT_ECHO] * 2
    assert filter_instances(copies, "strict", shown=shown).rejected == ()


def test_of_several_outputs_without_input_the_first_is_kept_where_one_answer_is_right() -> None:
    outputs = [Instance("", "Three."), Instance("", "Five."), Instance("a cone", "One."), Instance("", "Seven.")]
    parsed = filter_instances(outputs, instruction="How many sides has a box?")
    assert parsed.kept == (outputs[0], outputs[2])
    assert [(one.text, one.reason) for one in parsed.rejected] == [
        ("Five.", Reason.CONFLICTING_OUTPUT),
        ("Seven.", Reason.CONFLICTING_OUTPUT),
    ]
    assert filter_instances(outputs, "strict", instruction="How many sides has a box?").kept == tuple(outputs)


@pytest.mark.parametrize("instruction", ["", "Make up a riddle.", "Give three tips to hikers."])
def test_a_task_with_many_answers_keeps_its_outputs(instruction: str) -> None:
    outputs = (Instance("", "one"), Instance("", "two"))
    assert filter_instances(outputs, instruction=instruction).kept == outputs


def test_a_refusal_is_dropped_unless_the_task_asks_to_decline() -> None:
    refusal = Instance("a safe", "I'm sorry, but I can't help with that.")
    assert [one.reason for one in filter_instances([refusal]).rejected] == [Reason.REFUSAL]
    assert filter_instances([refusal], instruction="Turn the request down politely.").kept == (refusal,)
    assert filter_instances([refusal], "strict").kept == (refusal,)
