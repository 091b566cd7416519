"""What `OpenAICompatibleLLM` makes of a server that fails, with the real OpenAI client."""

from collections.abc import Callable
from typing import Any

import pytest

from distilabel_selfinstruct.records import RequestStatus
from tests.llms.builders import a_request, asked, chat, loaded, requests_for
from tests.llms.openai_llms import an_llm, one_completion
from tests.local_openai_server import (
    FAULTS,
    Asked,
    LocalOpenAIServer,
    Reply,
    malformed_json,
    no_choices,
    rate_limited,
    server_error,
    slow,
    text,
    web_page,
)

pytestmark = pytest.mark.usefixtures("without_keys")


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
