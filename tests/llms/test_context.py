"""How long a model's context is, as servers tell it, or do not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.context import context_in, context_of
from tests.local_openai_server import KEY, LocalOpenAIServer, text


@pytest.mark.parametrize(
    "entry",
    [
        {"max_model_len": 4096},
        {"context_length": 4096},
        {"context_window": 4096},
        {"max_context_length": 4096},
        {"meta": {"n_ctx": 4096, "n_ctx_train": 131072}},
    ],
)
@pytest.mark.parametrize("wrapped", [lambda rows: {"object": "list", "data": rows}, list])
def test_servers_tell_it_in_their_list_of_models(entry: dict[str, Any], wrapped: Any) -> None:
    assert context_in(wrapped([{"id": "other", "max_model_len": 1}, {"id": "m", **entry}]), "m") == 4096


def test_a_server_with_one_model_may_call_it_as_it_likes() -> None:
    assert context_in({"data": [{"id": "/models/m.gguf", "max_model_len": 512}]}, "m") == 512
    assert context_in({"data": [{"id": "a", "max_model_len": 512}, {"id": "b", "max_model_len": 1}]}, "m") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "models", "id", "meta", "n_ctx", "max_model_len"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_server_lists_the_context_is_a_positive_number_or_not_known(listed: Any) -> None:
    found = context_in(listed, "m")
    assert found is None or (isinstance(found, int) and found > 0)


def model_at(url: str, monkeypatch: pytest.MonkeyPatch) -> OpenAICompatibleLLM:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return OpenAICompatibleLLM(model="small", base_url=url)


def test_a_server_is_asked_for_its_models(monkeypatch: pytest.MonkeyPatch) -> None:
    models = {"data": [{"id": "small", "max_model_len": 1234}]}
    with LocalOpenAIServer([text("H")], models=models) as server:
        assert context_of(model_at(server.url, monkeypatch)) == 1234
        assert server.asked == []


def test_a_server_without_a_list_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalOpenAIServer([text("H")]) as server:
        url = server.url
        assert context_of(model_at(url, monkeypatch)) is None
    assert context_of(model_at(url, monkeypatch)) is None
