"""What is read in the JSON of an answer, whoever sends it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.llms.reading_answers import (
    BrokenAnswerError,
    ModelAnswer,
    cut_at_stop,
    decoded,
    read_response,
    split_thoughts,
)
from distilabel_selfinstruct.llms.usage import TokenUsage, billed
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.records import REFUSAL, TOOL_CALLS, Completion, Reason, is_cut_off

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "message",
    "text",
    "content",
    "finish_reason",
    "reasoning",
    "reasoning_content",
    "refusal",
    "tool_calls",
    "error",
)


def answer_to(message: Any, finish_reason: Any = "stop", **choice: Any) -> ModelAnswer:
    """The answer in a chat response whose one choice has this message."""
    (answer,) = read_response({"choices": [{"message": message, "finish_reason": finish_reason, **choice}]}).answers
    return answer


# --- texts


def test_the_text_of_a_completion_and_of_a_message_is_read() -> None:
    assert read_response({"choices": [{"text": "A river", "finish_reason": "length"}]}).answers == (
        ModelAnswer("A river", "length"),
    )
    assert answer_to({"content": "A river"}) == ModelAnswer("A river", "stop")


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "A river"}],
        [{"type": "text", "text": "A "}, {"type": "text", "text": "river"}],
        [{"type": "output_text", "text": "A river"}],
        ["A ", "river"],
        {"type": "text", "text": "A river"},
        [{"text": "A river"}],
        [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": "A river"}],
    ],
)
def test_content_in_parts_is_joined(content: Any) -> None:
    assert answer_to({"content": content}) == ModelAnswer("A river", "stop")


@pytest.mark.parametrize(
    "message",
    [
        {"content": "A river", "reasoning": "Hm."},
        {"content": "A river", "reasoning_content": "Hm."},
        {"content": "A river", "reasoning": None, "reasoning_content": "Hm."},
        {"content": "A river", "reasoning": "Hm.", "reasoning_content": "Hm."},
        {"content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "A river"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, "A river"]},
        {"content": [{"type": "reasoning", "text": "Hm."}, {"type": "text", "text": "A river"}]},
        {"content": "<think>Hm.</think>A river"},
        {"content": "<think>\nHm.\n</think>\n\nA river"},
        {"content": "\n<thinking>Hm.</thinking>\nA river"},
        {"content": "Hm.\n</think>\n\nA river"},
        {"content": "<think></think>\n<think>Hm.</think>A river"},
        {"content": "[THINK]Hm.[/THINK]A river"},
        {"content": "<seed:think>Hm.</seed:think>A river"},
        {"content": "◁think▷Hm.◁/think▷A river"},
        {"content": '<think time="5">Hm.</think >A river'},
        {"content": "<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>A river<|END_RESPONSE|>"},
        {"content": "<|begin_of_thought|>Hm.<|end_of_thought|>\n\n<|begin_of_solution|>A river<|end_of_solution|>\n"},
        {
            "content": "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>A river"
            "<|return|>"
        },
    ],
)
def test_thoughts_are_read_apart_wherever_they_stand(message: Any) -> None:
    answer = answer_to(message)
    assert (answer.text, answer.reasoning) == ("A river", "Hm.")


@pytest.mark.parametrize("opened", ["", "<think>"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_thoughts_that_name_their_own_end_go_on_to_the_last_one(opened: str, times: int) -> None:
    assert split_thoughts(f"{opened}I end with </think>." + " No</think>" * times + "Yes")[0] == "Yes"


def test_a_pair_of_tags_within_an_answer_is_what_it_is_about() -> None:
    answer = "The tag <think> opens thoughts, and </think> closes them."
    assert split_thoughts(f"<think>Hm.</think>{answer}") == (answer, "Hm.")


@pytest.mark.parametrize(
    "content", ["<think>Hm. Yes", "<think>", "<|channel|>analysis<|message|>Hm. Yes", "<think>a</think><think>Yes"]
)
def test_thoughts_that_were_cut_off_are_no_text(content: str) -> None:
    assert answer_to({"content": content}, "length").text == ""


@pytest.mark.parametrize("text", ["Explain what <think> does.", "A [THINK] sign", "1 < 2", "  indented", "", "\n\nNo"])
def test_a_text_without_thoughts_before_it_stays_as_it_is(text: str) -> None:
    assert split_thoughts(text) == (text, "")


@given(st.lists(st.sampled_from(["<think>", "</think>", "[THINK]", "[/THINK]", "Yes", "\n", " ", "2."])).map("".join))
def test_splitting_loses_nothing_but_tags_and_blanks(text: str) -> None:
    def words(part: str) -> list[str]:
        return re.sub(r"</?think>|\[/?THINK\]", " ", part).split()

    answer, thoughts = split_thoughts(text)
    assert words(thoughts) + words(answer) == words(text)


# --- ends


def test_a_refusal_is_recorded_as_one_with_its_words() -> None:
    message = {"content": None, "refusal": "I cannot help with that."}
    assert answer_to(message) == ModelAnswer("I cannot help with that.", REFUSAL)
    parts = [{"type": "refusal", "refusal": "I cannot help with that."}]
    assert answer_to({"content": parts}) == ModelAnswer("I cannot help with that.", REFUSAL)


@pytest.mark.parametrize("call", [{"tool_calls": [{"id": "1"}]}, {"function_call": {"name": "search"}}])
def test_a_tool_call_is_recorded_as_one_without_a_text(call: Any) -> None:
    assert answer_to({"content": None, **call}, "tool_calls") == ModelAnswer("", TOOL_CALLS)


def test_a_text_beside_a_tool_call_is_an_answer() -> None:
    assert answer_to({"content": "A river", "tool_calls": [{"id": "1"}]}) == ModelAnswer("A river", "stop")


@pytest.mark.parametrize("message", [{"content": None}, {"content": ""}, {"content": []}, {}])
def test_an_answer_without_text_is_an_empty_text(message: Any) -> None:
    assert answer_to(message, "content_filter") == ModelAnswer("", "content_filter")


@pytest.mark.parametrize(
    "choice",
    [{}, {"message": None}, {"message": None, "finish_reason": "stop"}, {"message": {}}, {"text": None}, {"index": 0}],
)
def test_a_choice_without_a_place_for_an_answer_is_damaged(choice: Any) -> None:
    with pytest.raises(BrokenAnswerError, match="holds a choice without a message or a text"):
        read_response({"choices": [choice]})


@pytest.mark.parametrize(
    "word",
    ["length", "max_tokens", "MAX_TOKENS", "LENGTH", "model_length", "max_output_tokens", "FinishReason.MAX_TOKENS"],
)
def test_a_cut_off_answer_is_known_by_the_words_of_all_providers(word: str) -> None:
    assert is_cut_off(word)
    assert Completion("A river", word).truncated


@pytest.mark.parametrize(
    "word", ["stop", "STOP", "end_turn", "stop_sequence", "eos", "COMPLETE", "content_filter", "", None]
)
def test_other_ends_are_no_cut(word: str | None) -> None:
    assert not is_cut_off(word)


@pytest.mark.parametrize(
    ("finish_reason", "text", "reason"),
    [
        (REFUSAL, "I cannot help.", Reason.REFUSED),
        ("content_filter", "", Reason.REFUSED),
        ("SAFETY", "", Reason.REFUSED),
        (TOOL_CALLS, "", Reason.EMPTY),
        ("length", "", Reason.EMPTY),
    ],
)
def test_what_is_no_answer_is_rejected_with_its_reason_in_every_stage(
    finish_reason: str, text: str, reason: Reason
) -> None:
    completion = Completion(text, finish_reason)
    for rejected in (
        read_instructions(completion).rejected,
        read_classification(completion).rejected,
        read_instances(completion, is_classification=True).rejected,
        read_instances(completion, is_classification=False, mode="strict").rejected,
    ):
        assert [(one.reason, one.text) for one in rejected] == [(reason, text)]
        assert rejected[0].detail


def test_a_filtered_answer_with_a_text_is_read() -> None:
    assert read_instructions(Completion(" Name five rivers in Europe.\n", "content_filter")).kept


# --- answers that are broken


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"choices": []}, "the answer holds no choices"),
        ({"choices": None}, "the answer holds no choices"),
        ({"choices": ["text"]}, "the answer holds no choices"),
        ({"error": {"message": "Upstream is down", "code": 502}}, "the answer is an error: Upstream is down"),
        ({"choices": [], "error": "busy"}, "the answer is an error: busy"),
        (
            {"choices": [{"error": {"message": "It broke"}, "message": {"content": "A"}}]},
            "the answer is an error: It broke",
        ),
        ({"choices": [{"finish_reason": "error", "text": "A"}]}, "the answer is an error: the server gives no cause"),
    ],
)
def test_a_response_that_holds_no_answer_is_broken_and_billed(body: Any, said: str) -> None:
    with pytest.raises(BrokenAnswerError) as caught:
        read_response({**body, "usage": {"prompt_tokens": 5, "completion_tokens": 2}})
    assert str(caught.value) == said
    assert billed(caught.value) == TokenUsage(5, 2)


@given(st.dictionaries(st.sampled_from(NAMES), JSON), JSON)
def test_any_choice_is_read_or_broken(choice: dict[str, Any], usage: Any) -> None:
    for body in ({"choices": [choice], "usage": usage}, {"choices": [{"message": choice}], "usage": usage}):
        try:
            (answer,) = read_response(body).answers
        except BrokenAnswerError:
            continue
        assert isinstance(answer.text, str)
        assert isinstance(answer.reasoning, str)
        assert isinstance(answer.finish_reason, str | None)


@pytest.mark.parametrize("count", ["9" * 30, "9" * 5000, "-" + "9" * 5000, "1e400", "NaN"])
def test_a_count_that_nobody_can_have_loses_no_answer(count: str) -> None:
    body = f'{{"choices": [{{"text": "A"}}], "usage": {{"prompt_tokens": {count}, "completion_tokens": 2}}}}'
    response = read_response(decoded(body, "application/json", "http://host"))
    assert response.answers[0].text == "A"
    assert (response.usage, response.odd_counts) == (TokenUsage(0, 2), ("prompt_tokens",))


def test_a_byte_order_mark_loses_no_answer() -> None:
    assert decoded('\ufeff{"choices": []}', "application/json", "http://host") == {"choices": []}


@given(JSON)
def test_any_json_is_read_or_broken(body: Any) -> None:
    with pytest.raises(BrokenAnswerError):
        read_response(body)


# --- stop sequences


@given(st.text("ab\n1", max_size=20), st.lists(st.text("ab\n1", max_size=3), max_size=4).map(tuple))
def test_a_text_is_cut_before_the_first_stop_sequence_in_it(text: str, stop: tuple[str, ...]) -> None:
    cut = cut_at_stop(ModelAnswer(text, "length"), stop)
    found = [position for position in range(len(text)) if any(s and text.startswith(s, position) for s in stop)]
    assert cut == (ModelAnswer(text[: found[0]], "stop") if found else ModelAnswer(text, "length"))
