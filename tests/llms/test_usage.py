"""Every token that is billed is counted, whatever came of the answer."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.llms.usage import TokenUsage, read_usage
from distilabel_selfinstruct.records import RequestStatus
from tests.llms.builders import a_request, chat
from tests.llms.dialects import Exchange, exchange, requests
from tests.local_openai_server import Asked, Reply, malformed_json, no_choices, server_error, text

# --- counts


@pytest.mark.parametrize(("prompt", "answer"), [("prompt", "completion"), ("input", "output")])
def test_thoughts_and_the_cache_are_counted_apart_by_the_names_of_either_api(prompt: str, answer: str) -> None:
    usage, odd = read_usage(
        {
            f"{prompt}_tokens": 100,
            f"{answer}_tokens": 50,
            "total_tokens": 150,
            f"{answer}_tokens_details": {"reasoning_tokens": 40},
            f"{prompt}_tokens_details": {"cached_tokens": 80},
        }
    )
    assert (usage, odd) == (TokenUsage(100, 50, 40, 80), ())


@pytest.mark.parametrize("counts", [{"prompt_cache_hit_tokens": 80}, {"cached_tokens": 80}])
def test_the_cache_is_counted_by_the_names_of_other_providers(counts: dict[str, Any]) -> None:
    assert read_usage({"prompt_tokens": 100, **counts})[0].cached_tokens == 80


@pytest.mark.parametrize("details", [{}, {"completion_tokens_details": {"reasoning_tokens": 40}}])
def test_thoughts_that_are_in_the_total_only_are_output(details: dict[str, Any]) -> None:
    usage, _ = read_usage({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 150, **details})
    assert usage == TokenUsage(100, 50, 40)


@pytest.mark.parametrize("usage", [None, {}, [], "many", {"prompt_tokens": None}, {"prompt_tokens_details": None}])
def test_a_missing_count_is_0_and_not_odd(usage: Any) -> None:
    assert read_usage(usage) == (TokenUsage(), ())


ODD = ["12", nan, inf, -1, 12.0, True, [], {}]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_count_that_is_no_whole_number_from_0_is_0_and_named(value: Any) -> None:
    counts = {"prompt_tokens": value, "completion_tokens": 5, "total_tokens": 100}
    assert read_usage(counts) == (TokenUsage(0, 5), ("prompt_tokens",))
    details = {"completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": value}}
    assert read_usage(details) == (TokenUsage(0, 5), ("reasoning_tokens",))


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.none())
NAMES = ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "prompt_cache_hit_tokens")


@given(
    st.dictionaries(st.sampled_from(NAMES), JSON),
    st.dictionaries(st.sampled_from(["reasoning_tokens", "cached_tokens"]), JSON),
)
def test_counts_are_whole_numbers_from_0_and_parts_are_no_more_than_the_whole(
    counts: dict[str, Any], details: dict[str, Any]
) -> None:
    usage, odd = read_usage({**counts, "completion_tokens_details": details, "prompt_tokens_details": details})
    read = (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens, usage.cached_tokens)
    assert all(type(count) is int and count >= 0 for count in read)
    assert usage.reasoning_tokens <= usage.output_tokens
    assert usage.cached_tokens <= usage.input_tokens
    assert len(set(odd)) == len(odd)


# --- what is recorded


def one_after_the_other(*replies: Reply) -> Any:
    waiting = list(replies)
    return lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def told(*replies: Reply, num_requests: int = 1, **options: Any) -> Exchange:
    return exchange(one_after_the_other(*replies), *requests(num_requests), **options)


NO_TEXT = {
    "empty": text("", usage=(50, 20)),
    "null": text(None, usage=(50, 20)),
    "cut off": text("9. Name", "length", usage=(50, 20)),
    "filtered": text(None, "content_filter", usage=(50, 20)),
    "refused": replace(text(None, usage=(50, 20)), message={"refusal": "I cannot help with that."}),
    "tool call": replace(text(None, "tool_calls", usage=(50, 20)), message={"tool_calls": [{"id": "1"}]}),
}


@pytest.mark.parametrize("reply", NO_TEXT.values(), ids=NO_TEXT)
def test_an_answer_that_is_of_no_use_is_an_answer_and_counted(reply: Reply) -> None:
    done = told(reply, extra_body={"thinking": 0}, thinking_tokens=0)
    (completion,) = done.completions
    assert (completion.status, completion.error) == (RequestStatus.ANSWERED, "")
    assert done.tokens_reported == done.tokens_served == (50, 20)


def test_finish_reasons_of_refusals_and_tool_calls_are_recorded() -> None:
    assert told(NO_TEXT["refused"]).completions[0].finish_reason == "refusal"
    assert told(NO_TEXT["tool call"]).completions[0].finish_reason == "tool_calls"
    assert told(NO_TEXT["filtered"]).completions[0].finish_reason == "content_filter"


def test_content_in_parts_is_read_from_a_server() -> None:
    parts = [{"type": "text", "text": "A "}, {"type": "text", "text": "river"}]
    assert told(text(parts)).texts == ["A river"]


@pytest.mark.parametrize("word", ["max_tokens", "MAX_TOKENS", "model_length"])
def test_an_answer_that_another_provider_cut_off_is_known_as_one(word: str) -> None:
    (completion,) = told(text("9. Name", word)).completions
    assert (completion.finish_reason, completion.truncated) == (word, True)


def test_a_broken_answer_that_was_asked_for_again_is_counted_too() -> None:
    done = told(Reply(usage=(50, 20)), text("A river", usage=(50, 3)))
    # A small request tells meanwhile whether the server answers at all.
    assert done.tokens_reported == done.tokens_served == (150, 26)
    assert done.completions[0].retries == 1


@pytest.mark.slow
def test_broken_answers_that_came_to_nothing_are_counted() -> None:
    done = told(Reply(usage=(50, 20)))
    assert "The last failure was: BrokenAnswerError: the answer holds no choices." in done.completions[0].error
    assert done.tokens_reported == done.tokens_served >= (150, 60)


@pytest.mark.slow
def test_a_broken_answer_before_a_failure_of_another_kind_is_counted() -> None:
    done = told(Reply(usage=(50, 20)), server_error())
    assert "The last failure was: InternalServerError (HTTP 500): The server had an error." in done.completions[0].error
    assert done.tokens_reported == done.tokens_served == (50, 20)


def test_an_error_with_status_200_is_asked_for_again() -> None:
    done = told(Reply(raw='{"error": {"message": "Provider returned error", "code": 502}}'), text("A river"))
    assert (done.texts, done.completions[0].retries) == (["A river"], 1)


@pytest.mark.parametrize("broken", [malformed_json(), no_choices()])
def test_an_answer_that_cannot_be_read_costs_what_it_says(broken: Reply) -> None:
    done = told(replace(broken, usage=None), text("A river", usage=(50, 3)))
    assert done.tokens_reported == done.tokens_served == (100, 6)  # and that of the small request


@pytest.mark.parametrize("is_inside", [False, True])
def test_an_error_costs_what_it_says(is_inside: bool) -> None:
    usage = {"prompt_tokens": 50, "completion_tokens": 20}
    error = {"message": "The answer was broken off", **({"usage": usage} if is_inside else {})}
    body = {"error": error, **({} if is_inside else {"usage": usage})}
    done = told(Reply(status=400, error_body=body))
    assert done.completions[0].error == "BadRequestError (HTTP 400): The answer was broken off"
    assert done.tokens_reported == (50, 20)


def odd_notes(done: Exchange) -> Sequence[Note]:
    return [note for note in done.notes if note.kind is NoteKind.USAGE]


def test_counts_that_are_none_are_said_once() -> None:
    counts = {"prompt_tokens": "50", "completion_tokens": nan, "total_tokens": -3}
    done = told(replace(text("A river"), counts=counts, usage=None), num_requests=5)
    assert done.texts == ["A river"] * 5
    assert done.tokens_reported == (0, 0)
    assert [note.text for note in odd_notes(done)] == [
        f"The server gives counts of {name} that are no whole numbers from 0: they are taken for 0."
        for name in ("prompt_tokens", "completion_tokens")
    ]


def test_thoughts_and_the_cache_are_recorded_apart() -> None:
    counts = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "completion_tokens_details": {"reasoning_tokens": 40},
        "prompt_tokens_details": {"cached_tokens": 80},
    }
    (completion,) = told(replace(text("A river"), counts=counts)).completions
    assert (completion.reasoning_tokens, completion.cached_tokens) == (40, 80)
    assert (completion.input_tokens, completion.output_tokens) == (100, 50)


def test_a_server_that_gives_no_reason_at_its_limit_has_cut_the_answer_off() -> None:
    def answer(asked: Asked) -> Reply:
        return text("No", None, usage=(50, asked.body["max_tokens"]))

    (completion,) = exchange(answer, a_request(chat("Is it?"))).completions
    assert completion.truncated
