"""`OpenAICompatibleLLM` and `ask`, with the real OpenAI client against a real server on this machine."""

from dataclasses import replace
from typing import Any

import pytest

from distilabel_selfinstruct.llms import make_llm
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Stage
from tests.llms.builders import a_request, asked, chat, loaded, requests_for
from tests.llms.openai_llms import an_llm, one_completion, sent_body
from tests.local_openai_server import (
    CHAT,
    COMPLETIONS,
    Asked,
    LocalOpenAIServer,
    Reply,
    slow,
    text,
)

pytestmark = pytest.mark.usefixtures("without_keys")


# --- what is sent


def test_completion_prompt_goes_to_completions() -> None:
    with LocalOpenAIServer([text("A river")]) as server, loaded(an_llm(server)) as llm:
        asked(llm, [a_request("Prompt")])
        assert [(one.path, one.body["prompt"]) for one in server.asked] == [(COMPLETIONS, "Prompt")]


def test_chat_prompt_goes_to_chat_completions() -> None:
    with LocalOpenAIServer([text("A river")]) as server, loaded(an_llm(server)) as llm:
        asked(llm, [a_request(chat("Prompt"))], form="chat")
        assert [(one.path, one.body["messages"]) for one in server.asked] == [(CHAT, chat("Prompt"))]


def test_instruction_generation_is_sampled_as_in_the_paper() -> None:
    body = sent_body(a_request(stage=Stage.INSTRUCTION_GENERATION))
    assert {name: body[name] for name in body if name not in ("prompt", "model")} == {
        "temperature": 0.7,
        "top_p": 0.5,
        "presence_penalty": 2.0,
        "max_tokens": 1024,
        "stop": ["\n\n", "\n16", "16.", "16 ."],
    }


def test_classification_is_sampled_as_in_the_paper() -> None:
    body = sent_body(a_request(stage=Stage.CLASSIFICATION, instruction="Sort it."))
    assert {name: body[name] for name in body if name not in ("prompt", "model")} == {
        "temperature": 0.0,
        "max_tokens": 3,
        "stop": ["\n", "Task"],
    }


@pytest.mark.parametrize(("is_classification", "max_tokens"), [(False, 350), (True, 300)])
def test_instances_are_sampled_as_in_the_paper(is_classification: bool, max_tokens: int) -> None:
    request = a_request(stage=Stage.INSTANCE_GENERATION, instruction="Sort it.", is_classification=is_classification)
    body = sent_body(request)
    assert (body["presence_penalty"], body["max_tokens"], body["stop"]) == (
        1.5,
        max_tokens,
        ["Example 6", "Task:"],
    )


def test_no_stop_field_is_sent_where_there_is_no_stop_sequence() -> None:
    body = sent_body(a_request(chat("Is it?"), stage=Stage.CLASSIFICATION), form="chat")
    assert "stop" not in body


def test_what_every_server_does_by_itself_is_not_sent() -> None:
    decoding = Decoding(1.0, 1.0, 0.0, 0.0, 5, ())
    body = sent_body(a_request(), decoding=decoding)
    # A temperature of 1 and a top_p of 1 are sent: servers may have others for a model.
    assert body.keys() == {"model", "prompt", "temperature", "top_p", "max_tokens"}


def test_a_top_p_beside_greedy_sampling_is_not_sent() -> None:
    assert "top_p" not in sent_body(a_request(), decoding=Decoding(0.0, 0.0, 0.0, 0.0, 5, ()))


def test_generation_kwargs_override_the_decoding() -> None:
    with LocalOpenAIServer([text("A river")]) as server:
        made = make_llm(
            "openai:small", base_url=server.url, generation_kwargs={"temperature": 0.1, "max_new_tokens": 9}
        )
        with loaded(made) as llm:
            asked(llm, [a_request()])
    body = server.asked[0].body
    assert (body["temperature"], body["max_tokens"], body["top_p"]) == (0.1, 9, 0.5)


def test_extra_fields_of_the_body_reach_the_server() -> None:
    with LocalOpenAIServer([text("A river")]) as server:
        made = make_llm("openai:small", base_url=server.url, generation_kwargs={"extra_body": {"min_p": 0.05}})
        with loaded(made) as llm:
            asked(llm, [a_request()])
    assert server.asked[0].body["min_p"] == 0.05


def test_requests_of_different_stages_keep_their_own_decoding() -> None:
    requests = [
        a_request("one", stage=Stage.INSTANCE_GENERATION, is_classification=True),
        a_request("two", stage=Stage.INSTANCE_GENERATION, is_classification=False),
        a_request("three", stage=Stage.INSTANCE_GENERATION, is_classification=True),
    ]
    with LocalOpenAIServer(lambda one: text(one.prompt)) as server, loaded(an_llm(server)) as llm:
        completions = asked(llm, requests)
        limits = {one.prompt: one.body["max_tokens"] for one in server.asked}
    assert limits == {"one": 300, "two": 350, "three": 300}
    assert [completion.text for completion in completions] == ["one", "two", "three"]


# --- what comes back


@pytest.mark.parametrize("prompt", ["Prompt", chat("Prompt")], ids=["completion", "chat"])
def test_text_finish_reason_tokens_and_model_come_back(prompt: Any) -> None:
    completion = one_completion(text("A river", "length", usage=(40, 12)), prompt)
    assert completion.seconds > 0
    assert replace(completion, seconds=0.0) == Completion(
        "A river", "length", input_tokens=40, output_tokens=12, model="small"
    )


def test_answer_without_usage_counts_no_tokens() -> None:
    completion = one_completion(text("A river", usage=None))
    assert (completion.text, completion.input_tokens, completion.output_tokens) == ("A river", 0, 0)


def test_finish_reason_of_the_server_holds_at_the_token_limit() -> None:
    assert one_completion(text("A river", "stop", usage=(40, 1024))).finish_reason == "stop"


def test_empty_text_is_an_answer_and_no_failure() -> None:
    assert one_completion(text("")).text == ""


def test_order_is_kept_whatever_comes_back_first() -> None:
    prompts = [f"prompt {number}" for number in range(12)]

    def later_ones_first(one: Asked) -> Reply:
        return slow(text(one.prompt), 0.012 * (12 - int(one.prompt.split()[1])))

    with LocalOpenAIServer(later_ones_first) as server, loaded(an_llm(server)) as llm:
        completions = asked(llm, requests_for(*prompts), max_in_flight=12)
    assert [completion.text for completion in completions] == prompts


@pytest.mark.parametrize("max_in_flight", [1, 3])
def test_the_server_never_holds_more_requests_than_max_in_flight(max_in_flight: int) -> None:
    prompts = [f"prompt {number}" for number in range(9)]
    with LocalOpenAIServer(lambda _: slow(text("A river"), 0.03)) as server, loaded(an_llm(server)) as llm:
        asked(llm, requests_for(*prompts), max_in_flight=max_in_flight)
    assert server.most_at_a_time <= max_in_flight


def test_requests_are_under_way_at_the_same_time() -> None:
    with LocalOpenAIServer(lambda _: slow(text("A river"), 0.3)) as server, loaded(an_llm(server)) as llm:
        asked(llm, requests_for("one", "two", "three"), max_in_flight=3)
    assert server.most_at_a_time == 3


# --- the LLM as any other of the host


def test_the_host_can_ask_it_too() -> None:
    with LocalOpenAIServer([text("A river", "length")]) as server, loaded(an_llm(server)) as llm:
        (output,) = llm.generate_outputs(inputs=["Prompt"], num_generations=1, stop=["\n"], max_new_tokens=5)
    assert output == {
        "generations": ["A river"],
        "statistics": {"input_tokens": [7], "output_tokens": [3]},
        "finish_reason": ["length"],
        "retries": [0],
        "reasoning": [""],
        "reasoning_tokens": [0],
        "cached_tokens": [0],
    }


def test_the_host_can_have_several_generations() -> None:
    reply = Reply(choices=(("A river", "stop"), ("A lake", "length")))
    with LocalOpenAIServer([reply]) as server, loaded(an_llm(server)) as llm:
        (output,) = llm.generate_outputs(inputs=["Prompt"], num_generations=2, max_new_tokens=5)
    assert server.asked[0].body["n"] == 2
    assert (output["generations"], output["finish_reason"]) == (["A river", "A lake"], ["stop", "length"])


def test_a_decoding_of_ones_own_is_sent() -> None:
    decoding = Decoding(1.0, 0.9, 0.1, 0.2, 5, ("END",))
    body = sent_body(a_request(), decoding=decoding)
    assert {name: body[name] for name in ("temperature", "top_p", "frequency_penalty", "max_tokens", "stop")} == {
        "temperature": 1.0,
        "top_p": 0.9,
        "frequency_penalty": 0.2,
        "max_tokens": 5,
        "stop": ["END"],
    }
