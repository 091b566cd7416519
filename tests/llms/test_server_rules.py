"""Parameters that a server refuses: the real client against the rules of each server."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct.journal.notes import NoteKind
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Stage
from tests.llms.builders import a_request, chat
from tests.llms.dialects import (
    exchange,
    fields,
    gpt_5,
    refusing,
    requests,
)
from tests.local_openai_server import Asked, Reply, refused, text

INSTRUCTIONS, CLASSIFICATION, INSTANCES = (stage for stage in Stage if stage.asks_a_model)
SAMPLING = ("max_tokens", "temperature", "top_p", "presence_penalty", "stop")


def test_gpt_5_is_asked_in_its_own_terms() -> None:
    done = exchange(gpt_5, *requests(3), thinking="minimal")
    assert [fields(body) for body in done.bodies] == [
        {"max_completion_tokens": 1024 + 4096, "reasoning_effort": "minimal"}
    ] * 3
    assert done.texts == ["9. Name a river.\n10. Name a lake."] * 3  # cut before "\n17"
    assert [completion.finish_reason for completion in done.completions] == ["stop"] * 3
    assert done.tokens_reported == done.tokens_served


def test_each_rule_is_learned_once_and_said_in_one_sentence() -> None:
    done = exchange(refusing(*SAMPLING), *requests(3))
    assert done.num_refused == 5
    assert done.said == [
        "The server wants max_completion_tokens instead of max_tokens.",
        "The server refuses temperature: its own value is in force.",
        "The server refuses top_p: its own value is in force.",
        "The server refuses presence_penalty: its own value is in force.",
        "The server refuses stop sequences: answers are cut at them after they have arrived.",
    ]
    assert {note.kind for note in done.notes} == {NoteKind.SAMPLING}


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("max_tokens=1024 cannot be greater than max_model_len=512. Please request fewer output tokens.", 512),  # vLLM
        ("max_tokens must not be larger than 512", 512),
        ("max_tokens can't be more than 512", 512),
        ("max_tokens must be less than 513", 513),
        ("max_tokens cannot be less than 2048", 2048),
        ("max_tokens must not be lower than 2048", 2048),
        ("max_tokens must be greater than 2048", 2048),
    ],
)
def test_a_negation_turns_the_bound_of_a_limit_around(words: str, sent: int) -> None:
    def server(asked: Asked) -> Reply:
        return refused(words) if asked.body["max_tokens"] == 1024 else text("A river")

    done = exchange(server, *requests(1))
    assert [body["max_tokens"] for body in done.bodies] == [sent]


def test_refusals_are_neither_failures_nor_retries() -> None:
    done = exchange(gpt_5, *requests(3))
    assert [completion.error for completion in done.completions] == ["", "", ""]
    assert [completion.retries for completion in done.completions] == [0, 0, 0]


def test_rules_hold_for_requests_that_were_in_flight_when_they_were_learned() -> None:
    done = exchange(refusing(*SAMPLING), *requests(16), max_in_flight=16)
    assert done.texts == ["A river"] * 16
    assert len(done.said) == len(SAMPLING)
    assert all(fields(body).keys() == {"max_completion_tokens"} for body in done.bodies)


@pytest.mark.slow
@settings(max_examples=20)  # each takes a server and a client
@given(
    names=st.sets(st.sampled_from([*SAMPLING, "max_completion_tokens", "seed"])),
    form=st.sampled_from(["completion", "chat"]),
    says=st.sampled_from(["param", "message", "quoted", "path", "gateway"]),
    status=st.sampled_from([400, 422]),
)
def test_whatever_is_refused_every_request_is_answered(names: set[str], form: Any, says: str, status: int) -> None:
    def answer(asked: Asked) -> Reply:
        wrong = sorted(asked.body.keys() & names)
        return naming(wrong[0], says, status) if wrong else text("A river\nMore\n17. And more", usage=(7, 3))

    prompts = [f"Prompt {number}" for number in range(3)]
    asked = [a_request(chat(p) if form == "chat" else p, number=n) for n, p in enumerate(prompts)]
    decoding = Decoding(0.7, 0.5, 2.0, 0.0, 1024, ("\n17",), (("seed", "7"),))
    done = exchange(answer, *asked, form=form, decoding=decoding, max_in_flight=3)
    assert done.texts == ["A river\nMore" if "stop" in names else "A river\nMore\n17. And more"] * 3
    assert all(not names & body.keys() for body in done.bodies)
    assert done.tokens_reported == done.tokens_served == (21, 9)
    assert len(done.said) == len(names - {"max_completion_tokens"}) + ({"max_tokens", "max_completion_tokens"} <= names)


def naming(name: str, how: str, status: int) -> Reply:
    """A refusal of a field in the form of one kind of server."""
    spoken = f"{name} is not supported by this model"
    body: Any = {
        "param": {"error": {"message": "Bad value", "param": name, "code": "invalid_value"}},
        "message": {"error": {"message": spoken, "param": None, "code": None}},
        "quoted": {"error": f"Unrecognized request argument supplied: `{name}`"},
        "path": {
            "detail": [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Not permitted", "input": "stop"}]
        },
        "gateway": {"error": {"message": "Provider returned error", "metadata": {"raw": f'{{"message": "{spoken}"}}'}}},
    }[how]
    return Reply(status=status, error_body=body)


def test_a_server_that_knows_the_older_name_of_the_limit_only_is_asked_by_that() -> None:
    done = exchange(refusing("max_completion_tokens"), *requests())
    assert (done.num_refused, done.bodies[0]["max_tokens"]) == (0, 1024)


def test_where_temperature_is_refused_top_p_keeps_sampling_greedy() -> None:
    done = exchange(refusing("temperature"), *requests(stage=CLASSIFICATION))
    assert fields(done.bodies[0]) == {"top_p": 0.0, "max_tokens": 16}


def test_of_two_that_do_not_go_together_the_temperature_stays() -> None:
    def claude(asked: Asked) -> Reply:
        if {"temperature", "top_p"} <= asked.body.keys():
            return refused(
                "`temperature` and `top_p` cannot both be specified for this model. Please use only one.", "None", "400"
            )
        return text("A river", "end_turn")

    done = exchange(claude, *requests())
    assert (done.bodies[0]["temperature"], "top_p" in done.bodies[0]) == (0.7, False)


def test_a_limit_above_the_servers_is_lowered_to_it() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.body["max_tokens"] > 512:
            return refused(
                f"max_tokens is too large: {asked.body['max_tokens']}. This model supports at most 512 completion "
                f"tokens, whereas you provided {asked.body['max_tokens']}.",
                "max_tokens",
                "invalid_value",
            )
        return text("A river")

    done = exchange(answer, *requests(2))
    assert [body["max_tokens"] for body in done.bodies] == [512, 512]
    assert done.said == ["The server takes no more than 512 new tokens: longer answers are cut."]


def test_a_limit_below_the_servers_is_raised_to_it() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.body["max_tokens"] < 16:
            return refused(
                "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got "
                f"{asked.body['max_tokens']} instead.",
                "max_output_tokens",
                "integer_below_min_value",
            )
        return text("No")

    request = a_request("Is it?", stage=CLASSIFICATION)
    done = exchange(answer, request, form="completion")
    assert done.bodies[0]["max_tokens"] == 16
    assert done.said == ["The server takes no limit below 16 new tokens."]


SYSTEM_REFUSALS = [
    refused("System role not supported"),
    refused("Unsupported value: 'messages[0].role' does not support 'system' with this model.", "messages[0].role"),
    refused("Developer instruction is not enabled for models/gemma-3-27b-it"),
    refused("Only user and assistant roles are supported!"),
]


@pytest.mark.parametrize("refusal", SYSTEM_REFUSALS)
def test_a_system_message_that_is_refused_opens_the_users_message(refusal: Reply) -> None:
    def answer(asked: Asked) -> Reply:
        return refusal if asked.body["messages"][0]["role"] == "system" else text("A river")

    messages = [{"role": "system", "content": "You write tasks."}, {"role": "user", "content": "Write one."}]
    done = exchange(answer, a_request(messages))
    assert done.bodies[0]["messages"] == [{"role": "user", "content": "You write tasks.\n\nWrite one."}]
    assert done.said == ["The model takes no system message: its text opens the user's message."]


NO_RULES = {
    "context": refused(
        "This model's maximum context length is 512 tokens. However, you requested 1524 tokens (500 in the messages, "
        "1024 in the completion). Please reduce the length of the messages or completion.",
        "messages",
        "context_length_exceeded",
    ),
    "context of vLLM": refused(
        "'max_tokens' or 'max_completion_tokens' is too large: 1024. This model's maximum context length is 512 tokens "
        "and your request has 500 input tokens (1024 > 512 - 500)."
    ),
    "context of llama.cpp": refused("the request exceeds the available context size (512 tokens), try increasing it"),
    "something else": refused("The request was blocked."),
    "a required field": refused("messages: at least one message is required", "messages"),
}


@pytest.mark.parametrize("reply", NO_RULES.values(), ids=NO_RULES)
def test_a_refusal_that_is_no_rule_is_a_failure_of_the_request(reply: Reply) -> None:
    done = exchange(lambda _: reply, *requests())
    assert (done.texts, done.said, done.num_refused) == ([None], [], 1)
    assert done.completions[0].error.startswith("BadRequestError (HTTP 400): ")


def test_a_server_that_refuses_whatever_it_is_sent_is_asked_a_few_times_only() -> None:
    done = exchange(lambda asked: refused(f"Unsupported: {sorted(asked.body)}"), *requests())
    assert done.texts == [None]
    assert done.num_refused <= 10


@pytest.mark.parametrize(("bound", "step"), [("at least", 1), ("at most", -1)])
def test_a_server_that_asks_for_another_limit_each_time_is_asked_a_few_times_only(bound: str, step: int) -> None:
    done = exchange(lambda asked: refused(f"max_tokens must be {bound} {asked.body['max_tokens'] + step}"), *requests())
    assert done.texts == [None]
    assert done.num_refused <= 25


def test_a_copy_of_the_request_in_a_refusal_names_nothing() -> None:
    def answer(asked: Asked) -> Reply:
        if "seed" not in asked.body:
            return text("A river")
        fault = {"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}
        return Reply(status=422, error_body={"detail": [{**fault, "input": asked.body}]})

    done = exchange(answer, *requests(), extra_body={"seed": 7})
    assert fields(done.bodies[0]).keys() == {"temperature", "top_p", "presence_penalty", "max_tokens", "stop"}
    assert done.said == ["The server refuses seed: its own value is in force."]
