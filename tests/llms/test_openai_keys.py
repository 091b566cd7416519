"""The keys that `OpenAICompatibleLLM` sends, and those that it keeps to itself."""

import pytest
from pydantic import SecretStr

from distilabel_selfinstruct.errors import MissingKeyError
from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from tests.llms.builders import a_request, asked, loaded
from tests.llms.openai_llms import an_llm, one_completion
from tests.local_openai_server import (
    KEY,
    LocalOpenAIServer,
    invalid_key,
    text,
    unknown_model,
)

pytestmark = pytest.mark.usefixtures("without_keys")


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
