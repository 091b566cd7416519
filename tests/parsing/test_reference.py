"""Strict mode misreads as the reference does."""

from distilabel_selfinstruct.parsing import parse_instances
from distilabel_selfinstruct.records import Completion, Instance, Reason


def strict(text: str, finish_reason: str = "stop", *, is_classification: bool = False) -> tuple[Instance, ...]:
    completion = Completion(text, finish_reason)
    return parse_instances(completion, is_classification=is_classification, mode="strict").kept


def test_the_word_example_splits_anywhere() -> None:
    assert strict("Output: as in Example 2 here") == (Instance("", "as in"), Instance("", "here"))


def test_a_colon_stays_after_example() -> None:
    assert strict("Example: cold\nOutput: warm") == (Instance(": cold", "warm"),)


def test_a_second_output_is_lost() -> None:
    assert strict("Output: one\nOutput: two") == (Instance("", "one"),)


def test_an_output_ends_at_a_following_input() -> None:
    assert strict("Input 1: a\nOutput 1: b\nInput 2: c\nOutput 2: d") == (Instance("a", "b"),)


def test_an_example_without_output_is_all_output() -> None:
    assert strict("Example 1\nWord: cold\nExample 2\nOutput: b") == (
        Instance("", "Word: cold"),
        Instance("", "b"),
    )


def test_a_response_without_markers_is_no_instance() -> None:
    parsed = parse_instances(Completion("Stir."), is_classification=False, mode="strict")
    assert [rejection.reason for rejection in parsed.rejected] == [Reason.NO_INSTANCE]


def test_labels_stand_before_their_inputs() -> None:
    text = "Class label: joy\nI won!\nClass label: anger"
    assert strict(text, is_classification=True) == (Instance("I won!", "joy"), Instance("", "anger"))


def test_a_response_cut_by_length_loses_its_last_instance() -> None:
    assert strict("Example 1\nOutput: a\nExample 2\nOutput: b", "length") == (Instance("", "a"),)
