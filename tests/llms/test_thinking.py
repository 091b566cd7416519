"""Thoughts of reasoning models: the real client against servers that show, hide and count them."""

from dataclasses import replace
from typing import Any

import pytest

from distilabel_selfinstruct.journal.notes import NoteKind
from distilabel_selfinstruct.records import Stage
from tests.llms.builders import a_request
from tests.llms.dialects import (
    Thinker,
    exchange,
    fields,
    gpt_5,
    o_series,
    refusing,
    requests,
    template_switch,
    with_hidden_thoughts,
)
from tests.local_openai_server import Asked, Reply, refused, slow, text

INSTRUCTIONS, CLASSIFICATION, INSTANCES = (stage for stage in Stage if stage.asks_a_model)
SAMPLING = ("max_tokens", "temperature", "top_p", "presence_penalty", "stop")


def test_thoughts_of_gpt_5_are_switched_off_at_the_first_sign_of_them() -> None:
    done = exchange(gpt_5, *requests(4, CLASSIFICATION))
    assert [body.get("reasoning_effort") for body in done.bodies] == [None, *["minimal"] * 4]
    assert all(text for text in done.texts)
    assert done.said[-1] == (
        "The model thinks before it answers: its thoughts are switched off by reasoning_effort minimal."
    )
    assert done.tokens_reported == done.tokens_served
    assert sum(completion.reasoning_tokens for completion in done.completions) == 16


def test_thoughts_that_cannot_be_switched_off_get_room() -> None:
    done = exchange(o_series, *requests(4, CLASSIFICATION))
    assert all(text for text in done.texts)
    assert done.bodies[-1] == {
        **done.bodies[-1],
        "max_completion_tokens": 16 + 4096,
        "reasoning_effort": "low",
    }
    assert done.said[-1] == (
        "The model's thoughts cannot be switched off altogether, even by reasoning_effort low: an answer may take "
        "4,096 tokens more for them (`thinking_tokens`)."
    )
    assert done.tokens_reported == done.tokens_served


OFF = {
    "vLLM, Qwen3": (Thinker("reasoning", template_switch("enable_thinking")), "chat_template_kwargs"),
    "vLLM before 2026": (Thinker("reasoning_content", template_switch("enable_thinking")), "chat_template_kwargs"),
    "vLLM, Granite": (Thinker("reasoning", template_switch("thinking")), "chat_template_kwargs"),
    "no reasoning parser": (Thinker("<think>", template_switch("enable_thinking")), "chat_template_kwargs"),
    "DeepSeek": (
        Thinker("reasoning_content", lambda body: body.get("thinking") == {"type": "disabled"}),
        "thinking",
    ),
    "OpenRouter": (
        Thinker("reasoning", lambda body: body.get("reasoning") == {"effort": "none"}),
        "reasoning",
    ),
    "DashScope": (
        Thinker("reasoning_content", lambda body: body.get("enable_thinking") is False),
        "enable_thinking",
    ),
    "Ollama": (
        Thinker("reasoning", lambda body: body.get("reasoning_effort") == "none"),
        "reasoning_effort",
    ),
}


@pytest.mark.parametrize(("model", "switch"), OFF.values(), ids=OFF)
@pytest.mark.parametrize("stage", [INSTRUCTIONS, CLASSIFICATION, INSTANCES])
def test_the_switch_of_each_server_is_found(model: Thinker, switch: str, stage: Stage) -> None:
    done = exchange(replace(model, bodies=[]), *requests(12, stage))
    steering = {"chat_template_kwargs", "thinking", "reasoning", "enable_thinking", "reasoning_effort"}
    assert done.bodies[-1].keys() & steering == {switch}
    assert all(text and "hm" not in text for text in done.texts)
    assert not done.completions[-1].reasoning
    assert len(done.said) == 1
    assert done.said[0].startswith("The model thinks before it answers: its thoughts are switched off by ")
    assert done.tokens_reported == done.tokens_served


def test_gpt_oss_thinks_as_little_as_it_can_and_gets_room() -> None:
    def gpt_oss(asked: Asked) -> Reply:
        low = asked.body.get("reasoning_effort") == "low"
        return Thinker("reasoning", thoughts=90 if low else 400)(asked)

    done = exchange(gpt_oss, *requests(12, CLASSIFICATION))
    assert done.bodies[-1]["reasoning_effort"] == "low"
    assert done.bodies[-1]["max_tokens"] == 16 + 4096
    assert all(done.texts)
    assert [completion.reasoning for completion in done.completions[-4:]] == [" ".join(["hm"] * 90)] * 4
    assert done.tokens_reported == done.tokens_served


def test_thoughts_are_kept_apart_from_the_text() -> None:
    (completion,) = exchange(Thinker("<think>", thoughts=5), *requests()).completions
    assert (completion.text, completion.reasoning) == (
        "9. Name a river.\n10. Name a lake.\n17. Name a sea.",
        "hm hm hm hm hm",
    )


def test_thoughts_without_an_end_are_no_answer() -> None:
    (completion,) = exchange(Thinker("<think>"), *requests(1, CLASSIFICATION), thinking_tokens=0).completions
    assert (completion.text, completion.finish_reason, completion.truncated) == ("", "length", True)
    assert completion.reasoning.startswith("hm hm")


def test_thoughts_that_the_prompt_opens_are_known_once_one_was_closed() -> None:
    replies = iter(["Hm.\n</think>\nYes", "Hm. Hm. Hm."])

    def answer(asked: Asked) -> Reply:
        content = next(replies)
        return text(content, "stop" if "think" in content else "length")

    done = exchange(answer, *requests(2, CLASSIFICATION), extra_body={"reasoning": {}}, thinking_tokens=0)
    assert [(one.text, one.reasoning) for one in done.completions] == [("Yes", "Hm."), ("", "Hm. Hm. Hm.")]


def test_nothing_about_thoughts_is_sent_to_a_model_that_shows_none() -> None:
    done = exchange(lambda _: text("A river"), *requests(3))
    assert {frozenset(body) for body in done.bodies} == {
        frozenset({"model", "messages", "temperature", "top_p", "presence_penalty", "max_tokens", "stop"})
    }
    assert done.said == []


def test_nothing_about_thoughts_is_sent_with_a_completion_prompt() -> None:
    model = Thinker("<think>")
    done = exchange(model, *[a_request(f"Prompt {n}", stage=CLASSIFICATION) for n in range(3)], form="completion")
    assert not {"chat_template_kwargs", "thinking", "reasoning_effort"} & {
        name for body in done.bodies for name in body
    }
    assert all(done.texts)
    assert done.bodies[-1]["max_tokens"] == 3 + 4096


def test_a_base_model_that_runs_to_its_limit_with_nothing_gets_no_room() -> None:
    request = [a_request(f"Prompt {number}") for number in range(3)]
    done = exchange(lambda _: text("", "length"), *request, form="completion")
    assert ([body["max_tokens"] for body in done.bodies], done.said) == ([1024] * 3, [])


def test_a_field_that_a_user_steers_thoughts_by_is_the_only_one() -> None:
    done = exchange(
        Thinker("reasoning"), *requests(3, CLASSIFICATION), extra_body={"thinking_budget": 5, "thinking": 1}
    )
    assert [fields(body).keys() - {"temperature", "max_tokens"} for body in done.bodies] == [
        {"thinking_budget", "thinking"}
    ] * 4
    assert all(done.texts)


def test_stop_sequences_do_not_end_thoughts() -> None:
    """A server looks for them in the thoughts too: with thoughts on, they are left to us."""
    done = exchange(Thinker("reasoning"), *requests(2), thinking="on")
    assert all("stop" not in body for body in done.bodies)
    assert done.texts == ["9. Name a river.\n10. Name a lake."] * 2


def test_thinking_can_be_switched_off_before_a_first_thought() -> None:
    model = Thinker("reasoning", template_switch("enable_thinking"))
    done = exchange(model, *requests(3), thinking="off")
    assert all(body["chat_template_kwargs"]["enable_thinking"] is False for body in done.bodies)
    assert done.said == []


def test_thinking_that_is_off_by_default_can_be_switched_on() -> None:
    def granite(asked: Asked) -> Reply:
        on = asked.body.get("chat_template_kwargs", {}).get("thinking") is True
        return Thinker("reasoning", thoughts=300 if on else 0)(asked)

    done = exchange(granite, *requests(3, CLASSIFICATION), thinking="on")
    assert [len(completion.reasoning) > 0 for completion in done.completions] == [False, True, True]
    assert all(done.texts)
    (said,) = done.said
    assert said == (
        "The model thinks before it answers (chat_template_kwargs.enable_thinking true), "
        "with 4,096 tokens for its thoughts."
    )


def test_an_effort_is_sent_by_the_name_that_the_server_takes() -> None:
    done = exchange(refusing("reasoning_effort"), *requests(2), thinking="high")
    assert [body["reasoning"] for body in done.bodies] == [{"effort": "high"}] * 2


def test_an_effort_that_a_server_does_not_take_is_said_to_change_nothing() -> None:
    done = exchange(refusing("reasoning_effort", "reasoning"), *requests(2), thinking="high")
    assert done.texts == ["A river"] * 2
    assert done.said == ["The server takes no word about effort: `thinking=high` changes nothing."]


def test_only_one_request_at_a_time_finds_out_how_to_treat_thoughts() -> None:
    model = Thinker("reasoning", lambda body: body.get("thinking") == {"type": "disabled"})
    done = exchange(lambda asked: slow(model(asked), 0.02), *requests(8, CLASSIFICATION), max_in_flight=8)
    # Eight before the first thought was seen, two ways that do nothing, and the eight again with the one that works.
    assert (len(done.bodies), done.tokens_reported) == (8 + 2 + 8, done.tokens_served)
    assert all(done.texts)


def test_room_that_the_context_does_not_have_is_halved() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.body["max_tokens"] > 1500:
            return refused("This model's maximum context length is 2000 tokens and you requested more.")
        return Thinker("reasoning")(asked)

    done = exchange(answer, *requests(2, CLASSIFICATION), thinking="on")
    assert done.bodies[-1]["max_tokens"] == 16 + 1024
    assert all(done.texts)
    assert "The server's context is too small for `thinking_tokens`: thoughts get the room there is." in done.said


@pytest.mark.parametrize(("thinking", "remedy"), [(None, "or another model"), ("on", "less effort, or `thinking=off`")])
def test_a_stage_whose_answers_mostly_end_inside_thoughts_says_so_early(thinking: Any, remedy: str) -> None:
    done = exchange(Thinker("reasoning", thoughts=9000), *requests(20, CLASSIFICATION), thinking=thinking)
    (warning,) = (note for note in done.notes if note.kind is NoteKind.QUALITY)
    assert warning.text == (
        "More than half of the answers end inside the model's thoughts: stop, and start again with more room for them "
        f"(`thinking_tokens`, now 4,096), {remedy}."
    )
    assert done.tokens_reported == done.tokens_served


def test_thoughts_that_are_neither_shown_nor_counted_are_known_by_the_empty_answer() -> None:
    def answer(asked: Asked) -> Reply:
        thoughts = 0 if asked.body.get("reasoning_effort") == "none" else 400
        return with_hidden_thoughts("No", thoughts, asked, counted=False)

    done = exchange(answer, *requests(4, CLASSIFICATION))
    assert done.texts == ["No"] * 4
    assert done.tokens_reported == done.tokens_served
