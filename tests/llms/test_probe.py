"""The one request before a run, to servers with rules of their own."""

from typing import Any

import pytest

from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.probe import probe
from tests.llms.dialects import Thinker, gpt_5, o_series
from tests.local_openai_server import KEY, Asked, LocalOpenAIServer, Reply, refused, text, unknown_model


def probed(answer: Any, form: Any = "chat", **options: Any) -> list[Asked]:
    with LocalOpenAIServer(answer) as server:
        probe(OpenAICompatibleLLM(model="small", base_url=server.url, **options), form)
        return server.asked


def what_is_said(answer: Any, form: Any = "chat") -> str:
    with pytest.raises(ModelError) as caught:
        probed(answer, form)
    return str(caught.value).replace("http://127.0.0.1:", "").partition(" ")[2]


@pytest.mark.parametrize("answer", [gpt_5, o_series], ids=["GPT-5", "o-series"])
def test_a_server_with_rules_is_asked_by_them(answer: Any) -> None:
    assert probed(answer)[-1].body["max_completion_tokens"] == 1


def test_a_model_that_thinks_needs_no_second_request() -> None:
    assert len(probed(Thinker("reasoning"))) == 1


def test_the_fields_of_a_user_are_probed_too() -> None:
    asked = probed([text("Hi")], extra_body={"top_k": 40}, thinking="low")
    assert (asked[0].body["top_k"], asked[0].body["reasoning_effort"]) == (40, "low")


CHAT_ONLY = [
    Reply(
        status=404,
        error="This is a chat model and not supported in the v1/completions endpoint. Did you mean to use "
        "v1/chat/completions?",
    ),
    refused("The completion operation does not work with the specified model, small. Please choose different model."),
]


@pytest.mark.parametrize("reply", CHAT_ONLY, ids=["OpenAI", "Azure"])
def test_a_chat_model_for_completion_prompts_is_said_to_be_one(reply: Reply) -> None:
    assert "takes chat prompts for 'small': use `prompt_form=chat`." in what_is_said([reply], "completion")


def test_a_model_that_is_not_there_for_completion_prompts_may_be_a_chat_model() -> None:
    said = what_is_said([unknown_model("small")], "completion")
    assert "has no model 'small' for completion prompts: The model 'small' does not exist." in said
    assert said.endswith("If it is a chat model, use `prompt_form=chat`.")


def test_a_base_model_for_chat_prompts_is_said_to_be_one() -> None:
    reply = refused("As of transformers v4.44, default chat template is no longer allowed, so you must provide one.")
    said = what_is_said([reply])
    assert said.endswith("has no chat template, as base models have none: use `prompt_form=completion`.")


def test_a_key_with_a_line_end_is_sent_without_it_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\r\n")
    assert probed([text("Hi")])[0].key == KEY
    assert KEY not in "".join(capfd.readouterr())
