"""The longest prompts of a run against the contexts of its models, before anything is paid for."""

from collections.abc import Callable
from typing import Any

import pytest

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.records import MODEL_STAGES, Stage
from distilabel_selfinstruct.running.context import check_models
from distilabel_selfinstruct.running.needs import needs
from distilabel_selfinstruct.running.plan import plan_run
from tests.local_openai_server import KEY, LocalOpenAIServer, Reply, text

FIRST, SECOND, THIRD = MODEL_STAGES


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def checked(context: int | None, **options: Any) -> list[str]:
    """What is told while a model with this context is checked."""
    said: list[str] = []
    models = None if context is None else {"data": [{"id": "small", "max_model_len": context}]}
    with LocalOpenAIServer([text("H")], models=models) as server:
        plan = plan_run(RunConfig(llm="openai:small", base_url=server.url, **options))
        check_models(plan.models, needs(plan), said.append)
        assert said.pop(0) == f"Waiting for a first answer from openai:small at {server.url}."
        assert len(server.asked) == 1
    return said


def test_the_packaged_prompts_need_what_was_measured() -> None:
    # With the tokenizers of SmolLM2 and Gemma about 800 and 1,340 to 1,600 tokens.
    needed = needs(plan_run(RunConfig(llm="openai:small", prompt_form="completion"), dry=True))
    assert 700 <= needed[SECOND].prompt_tokens <= 950
    assert 1300 <= needed[THIRD].prompt_tokens <= 1900
    assert (needed[FIRST].answer_tokens, needed[SECOND].answer_tokens, needed[THIRD].answer_tokens) == (1024, 3, 350)


def test_the_answer_has_the_room_that_was_chosen() -> None:
    config = RunConfig(llm="openai:small", decoding={"instances": {"max_tokens": 2000}})
    assert needs(plan_run(config, dry=True))[THIRD].answer_tokens == 2000


@pytest.mark.parametrize("context", [None, 4096, 131_072])
def test_a_context_that_is_long_enough_or_not_known_needs_no_words(context: int | None) -> None:
    assert checked(context) == []


def test_a_context_that_cannot_take_the_prompts_is_an_error_with_both_numbers() -> None:
    with pytest.raises(ModelError, match=r"takes 1,024 together\. Start the server with a longer context") as refusal:
        checked(1024)
    assert str(refusal.value).startswith("Prompts of instance_generation need about 1,")
    assert refusal.value.url


def test_a_context_that_may_be_too_short_is_told_and_the_run_begins() -> None:
    need = needs(plan_run(RunConfig(llm="openai:small"), dry=True))[THIRD]
    (said,) = checked(need.tokens - 1)
    assert said.startswith(f"Prompts of instance_generation need about {need.prompt_tokens:,} tokens, and up to 350")
    assert "Long ones may be refused" in said


def test_each_model_is_asked_once_for_all_of_its_stages() -> None:
    said: list[str] = []
    ask: Callable[..., RunConfig] = RunConfig
    with LocalOpenAIServer([text("H")]) as server:
        config = ask(llm="openai:big", base_url=server.url, stages={Stage.CLASSIFICATION: {"llm": "openai:small"}})
        plan = plan_run(config)
        check_models(plan.models, needs(plan), said.append)
        assert [asked.body["model"] for asked in server.asked] == ["big", "small"]
    assert len(said) == 2


def test_a_server_that_is_busy_is_said_to_be_so_and_the_run_begins() -> None:
    said: list[str] = []
    with LocalOpenAIServer([Reply(status=429, error="Rate limit reached.")]) as server:
        plan = plan_run(RunConfig(llm="openai:small", base_url=server.url))
        check_models(plan.models, needs(plan), said.append)
    assert said[1:] == ["openai:small gives no answer yet: Rate limit reached. The run begins, and asks it again."]
