"""`OpenAICompatibleLLM` and `ask`, with the real OpenAI client against a real server on this machine."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from distilabel_selfinstruct.errors import MissingKeyError
from distilabel_selfinstruct.llms import OpenAICompatibleLLM, make_llm
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, RequestStatus, Stage
from tests.llms.builders import a_request, asked, chat, loaded, requests_for
from tests.local_openai_server import (
    CHAT,
    COMPLETIONS,
    FAULTS,
    KEY,
    Asked,
    LocalOpenAIServer,
    Reply,
    invalid_key,
    malformed_json,
    no_choices,
    rate_limited,
    server_error,
    slow,
    text,
    unknown_model,
    web_page,
)


@pytest.fixture(autouse=True)
def _without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and addresses of whoever runs the tests stay out of them."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_API_KEY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def an_llm(server: LocalOpenAIServer, **options: Any) -> OpenAICompatibleLLM:
    return OpenAICompatibleLLM(model="small", base_url=server.url, **options)


def one_completion(answer: Reply, prompt: Any = "Prompt", **options: Any) -> Completion:
    with LocalOpenAIServer([answer]) as server, loaded(an_llm(server, **options)) as llm:
        return asked(llm, [a_request(prompt)])[0]


def sent_body(*requests: Any, **options: Any) -> dict[str, Any]:
    with LocalOpenAIServer([text("An answer")]) as server, loaded(an_llm(server)) as llm:
        asked(llm, requests, **options)
        return server.asked[0].body


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


# --- faults


@pytest.mark.parametrize("form", ["completion", "chat"])
@pytest.mark.parametrize(("fault", "named"), FAULTS.values(), ids=FAULTS)
def test_a_failing_request_does_not_lose_the_others(fault: Reply, named: str, form: Any) -> None:
    def answer(one: Asked) -> Reply:
        return fault if one.prompt == "bad" else text(f"answer to {one.prompt}")

    prompts = ["one", "bad", "two", "three"]
    requests = requests_for(*prompts if form == "completion" else map(chat, prompts))
    with LocalOpenAIServer(answer) as server, loaded(an_llm(server)) as llm:
        completions = asked(llm, requests, form=form)
    assert [completion.text for completion in completions] == [
        "answer to one",
        None,
        "answer to two",
        "answer to three",
    ]
    assert named in completions[1].error


BROKEN = {name: FAULTS[name][0] for name in ("malformed JSON", "no choices")}


def to_one_prompt(*replies: Reply) -> Callable[[Asked], Reply]:
    """The replies to the prompt "bad" in turn, the last one from then on; any other prompt is answered."""
    left = list(replies)

    def answer(one: Asked) -> Reply:
        if one.prompt != "bad":
            return text("Another river")
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_for_again(broken: Reply) -> None:
    with LocalOpenAIServer([broken, broken, text("A river")]) as server, loaded(an_llm(server)) as llm:
        completions = asked(llm, requests_for("one", "two"))
    assert [completion.text for completion in completions] == ["A river"] * 2
    assert sum(completion.retries for completion in completions) == 2


SENT_AGAIN = [name for name in FAULTS if name not in ("rate limited", "content filter", "too long a prompt")]


@pytest.mark.parametrize("fault", SENT_AGAIN)
@pytest.mark.parametrize("retries", [0, 3])
@pytest.mark.parametrize("prompts", [["bad"], ["one", "bad", "two"]], ids=["alone", "among others"])
def test_a_request_that_nothing_else_fails_with_fails_after_its_retries(
    fault: str, retries: int, prompts: list[str]
) -> None:
    reply, said = FAULTS[fault]
    with LocalOpenAIServer(to_one_prompt(reply)) as server, loaded(an_llm(server)) as llm:
        completions = asked(llm, requests_for(*prompts), retries=retries)
    failed = completions[prompts.index("bad")]
    # What fails before anything else is answered may be the server's fault, and does not count.
    assert failed.retries in range(retries, retries + 1 + len(prompts))
    assert (failed.status, said in failed.error) == (RequestStatus.FAILED, True)
    assert sum(one.prompt == "bad" for one in server.asked) == 1 + failed.retries
    assert [one.text for one in completions if one is not failed] == ["Another river"] * (len(prompts) - 1)


def test_a_prompt_that_is_refused_is_not_sent_again() -> None:
    reply, said = FAULTS["too long a prompt"]
    with LocalOpenAIServer(to_one_prompt(reply)) as server, loaded(an_llm(server)) as llm:
        failed, other = asked(llm, requests_for("bad", "one"), retries=3)
    assert (failed.status, failed.retries, said in failed.error) == (RequestStatus.FAILED, 0, True)
    assert (other.text, len(server.asked)) == ("Another river", 2)


def test_all_that_a_request_failed_at_is_counted() -> None:
    replies = [server_error(), malformed_json(), rate_limited(0.01), no_choices(), text("A river")]
    with LocalOpenAIServer(to_one_prompt(*replies)) as server, loaded(an_llm(server)) as llm:
        (completion,) = asked(llm, [a_request("bad")], retries=3)
    assert (completion.text, completion.retries) == ("A river", 4)


@pytest.mark.slow
def test_a_failed_request_names_the_model() -> None:
    assert one_completion(server_error()).model == "small"


@pytest.mark.slow
def test_a_web_page_for_an_answer_is_named_as_such() -> None:
    assert "AttributeError" not in one_completion(web_page()).error


@pytest.mark.slow
def test_an_answer_that_takes_too_long_is_a_failure() -> None:
    with LocalOpenAIServer([slow(text("A river"), 1.3)]) as server, loaded(an_llm(server, timeout=1)) as llm:
        (completion,) = asked(llm, [a_request()], retries=0)
    assert completion.text is None
    assert "TimeoutError: " in completion.error


@pytest.mark.slow
def test_requests_to_a_server_that_is_not_there_were_not_sent_and_say_why() -> None:
    with LocalOpenAIServer([text("A river")]) as server:
        llm = an_llm(server)
    with loaded(llm) as client:
        completions = asked(client, requests_for("one", "two"))
    assert {completion.status for completion in completions} == {RequestStatus.NOT_SENT}
    assert all("The last failure was: APIConnectionError: Connection error." in one.error for one in completions)


def test_a_rate_limit_is_waited_out_as_long_as_the_server_says() -> None:
    script = [rate_limited(0.05), rate_limited(0.05), text("A river")]
    with LocalOpenAIServer(script) as server, loaded(an_llm(server)) as llm:
        completions = asked(llm, [a_request()])
    assert (completions[0].text, len(server.asked)) == ("A river", 3)


def test_a_prompt_that_cannot_be_encoded_fails_alone() -> None:
    with LocalOpenAIServer(lambda one: text(one.prompt)) as server, loaded(an_llm(server)) as llm:
        completions = asked(llm, requests_for("one", "a lone \ud800 surrogate", "two"))
    assert [completion.text for completion in completions] == ["one", None, "two"]


# --- keys


def test_the_key_of_the_environment_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with LocalOpenAIServer([text("A river")]) as server, loaded(an_llm(server)) as llm:
        asked(llm, [a_request()])
    assert server.asked[0].key == KEY


def test_a_key_that_a_server_repeats_is_cut_out_of_the_error() -> None:
    with (
        LocalOpenAIServer([invalid_key()]) as server,
        loaded(an_llm(server, api_key=SecretStr(KEY))) as llm,
    ):
        completion = asked(llm, [a_request()])[0]
    assert server.asked[0].key == KEY
    assert KEY not in repr(completion)
    assert "Incorrect API key provided: ***." in completion.error


def test_a_server_elsewhere_needs_no_key() -> None:
    assert one_completion(text("A river")).text == "A river"


def test_an_empty_key_in_the_environment_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert one_completion(text("A river")).text == "A river"


def test_without_a_key_an_error_is_given_as_it_came() -> None:
    completion = one_completion(unknown_model("nonesuch"))
    assert "The model 'nonesuch' does not exist" in completion.error


def test_an_empty_key_for_openai_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    with pytest.raises(MissingKeyError, match="set the environment variable OPENAI_API_KEY"):
        OpenAICompatibleLLM(model="small", base_url="https://api.openai.com/v1").load()


def test_openai_itself_needs_a_key() -> None:
    with pytest.raises(MissingKeyError, match="set the environment variable OPENAI_API_KEY"):
        OpenAICompatibleLLM(model="small", base_url="https://api.openai.com/v1").load()


def test_another_variable_can_hold_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-only")
    monkeypatch.setenv("MY_KEY", KEY)
    with LocalOpenAIServer([text("A river")]) as server, loaded(an_llm(server, api_key_variable="MY_KEY")) as llm:
        asked(llm, [a_request()])
    assert server.asked[0].key == KEY


def test_a_key_for_openai_is_not_sent_where_another_variable_holds_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with (
        LocalOpenAIServer([text("A river")]) as server,
        loaded(an_llm(server, api_key_variable="OLLAMA_API_KEY")) as llm,
    ):
        asked(llm, [a_request()])
    assert server.asked[0].key != KEY


def test_a_key_given_outright_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-of-the-environment")
    with (
        LocalOpenAIServer([text("A river")]) as server,
        loaded(an_llm(server, api_key=SecretStr(KEY), api_key_variable="MY_KEY")) as llm,
    ):
        asked(llm, [a_request()])
    assert server.asked[0].key == KEY


def test_the_key_is_in_no_representation_of_the_llm() -> None:
    llm = OpenAICompatibleLLM(model="small", api_key=SecretStr(KEY))
    assert KEY not in repr(llm) + str(llm.dump())


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
