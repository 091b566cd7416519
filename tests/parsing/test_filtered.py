import pytest

from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.parsing.filters import instruction_rules, without
from distilabel_selfinstruct.records import Completion, Instance, Reason


def test_instructions_are_parsed_and_filtered() -> None:
    read = read_instructions(Completion(" Name three rivers in Peru.\n10. Draw a map of Peru.\n11. Why?"))
    assert read.kept == ("Name three rivers in Peru.",)
    assert [(one.text, one.reason) for one in read.rejected] == [
        ("Draw a map of Peru.", Reason.FORBIDDEN_WORD),
        ("Why?", Reason.TOO_SHORT),
    ]


def test_the_language_chooses_the_rules() -> None:
    completion = Completion("오늘의 날씨를 알려주세요.\n10. 주말 여행 계획을 세워 주세요.")
    assert len(read_instructions(completion, language="ko").kept) == 2
    assert read_instructions(completion, language="en").kept == ()
    assert read_instructions(completion, mode="strict").kept == ()


def test_own_rules_replace_the_table() -> None:
    rules = without(instruction_rules(), Reason.ASKS_FOR_PROGRAM)
    completion = Completion(" Write a program that sorts numbers.")
    assert read_instructions(completion).kept == ()
    assert read_instructions(completion, rules=rules).kept == ("Write a program that sorts numbers.",)


def test_the_verdict_on_a_task_type_passes_through() -> None:
    assert read_classification(Completion("Yes.")).is_classification is True
    assert read_classification(Completion("Yes."), mode="strict").is_classification is False
    assert read_classification(Completion("Perhaps")).is_classification is None


def test_instances_are_parsed_and_filtered() -> None:
    text = "Example 1\nInput: a\nOutput: b\nExample 2\nInput: c\nOutput: c\nExample 3\nInput: a\nOutput: b"
    read = read_instances(Completion(text), is_classification=False, instruction="Do it.")
    assert read.kept == (Instance("a", "b"),)
    assert [one.reason for one in read.rejected] == [Reason.INPUT_EQUALS_OUTPUT, Reason.DUPLICATE]


@pytest.mark.parametrize(
    "word", ["length", "LENGTH", "max_tokens", "MAX_TOKENS", "model_length", "max-tokens", "FinishReason.MAX_TOKENS"]
)
def test_an_answer_cut_by_its_limit_is_known_by_any_servers_word(word: str) -> None:
    assert Completion("", word).truncated
    assert read_instructions(Completion("9. Name a river in Peru.\n10. Name a", word)).kept == (
        "Name a river in Peru.",
    )
    pairs = Completion("Input: hot\nOutput: cold\nInput: early in the\nOutput: la", word)
    assert read_instances(pairs, is_classification=False).kept == (Instance("hot", "cold"),)


@pytest.mark.parametrize(
    "word", [None, "", "stop", "STOP", "end_turn", "eos", "tool_calls", "content_filter", "lengthy"]
)
def test_an_answer_that_ended_otherwise_is_whole(word: str | None) -> None:
    assert not Completion("", word).truncated


def test_a_failed_request_is_rejected_at_every_stage() -> None:
    completion = Completion(None)
    verdict = read_classification(completion)
    rejections = [
        *read_instructions(completion).rejected,
        *read_instances(completion, is_classification=True).rejected,
        *verdict.rejected,
    ]
    assert [one.reason for one in rejections] == [Reason.FAILED_REQUEST] * 3
