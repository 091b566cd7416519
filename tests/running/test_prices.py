"""The packaged prices: facts, found for the models of the servers that they are about and for no others."""

from datetime import date
from typing import Any

import pytest

from distilabel_selfinstruct.config import Price, RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.running.plan import plan_run
from distilabel_selfinstruct.running.prices import packaged_prices, with_known_prices

MINI = packaged_prices()["openai"].prices["gpt-5-mini"]


@pytest.fixture(autouse=True)
def _no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def price_of(llm: str, **options: Any) -> Price | None:
    config = with_known_prices(RunConfig(llm=llm, **options))
    return config.prices.get(config.model)


@pytest.mark.parametrize("name", packaged_prices())
def test_every_price_has_a_source_and_a_date_and_cached_input_is_no_dearer(name: str) -> None:
    for model, price in packaged_prices()[name].prices.items():
        source, _, day = price.source.partition(", ")
        assert source.startswith("https://"), model
        assert date(2026, 1, 1) <= date.fromisoformat(day), model
        assert 0 < price.input <= price.output, model
        assert price.cached_input is None or 0 < price.cached_input < price.input, model


def test_the_price_of_a_usual_model_is_known() -> None:
    assert (MINI.input, MINI.cached_input, MINI.output) == (0.25, 0.025, 2)
    assert price_of("openai:gpt-5-mini") == MINI


@pytest.mark.parametrize("model", ["gpt-5-mini-2025-08-07", "gpt-5-mini-20250807"])
def test_a_snapshot_costs_what_its_model_costs(model: str) -> None:
    assert price_of(f"openai:{model}") == MINI


@pytest.mark.parametrize("model", ["gpt-5-mini-tuned", "gpt-5-min", "mini"])
def test_a_model_that_is_not_in_the_table_has_no_known_price(model: str) -> None:
    assert price_of(f"openai:{model}") is None


def test_a_model_of_the_same_name_on_another_server_has_no_known_price(monkeypatch: pytest.MonkeyPatch) -> None:
    assert price_of("openai:gpt-5-mini", base_url="http://localhost:8000/v1") is None
    assert price_of("ollama:gpt-5-mini") is None
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1")
    assert price_of("openai:gpt-5-mini") is None


def test_other_providers_are_known_by_the_host_of_their_api() -> None:
    sonnet = packaged_prices()["anthropic"].prices["claude-sonnet-4-6"]
    assert price_of("openai:claude-sonnet-4-6", base_url="https://api.anthropic.com/v1/") == sonnet
    oss = packaged_prices()["groq"].prices["openai/gpt-oss-20b"]
    assert price_of("openai:openai/gpt-oss-20b", base_url="https://api.groq.com/openai/v1") == oss


def test_models_of_litellm_are_known_by_their_prefix() -> None:
    flash = packaged_prices()["gemini"].prices["gemini-2.5-flash"]
    assert price_of("litellm:gemini/gemini-2.5-flash") == flash
    assert price_of("litellm:gpt-5-mini") == MINI


def test_a_price_of_the_user_goes_before_the_packaged_one() -> None:
    own = Price(input=1, output=2)
    assert price_of("openai:gpt-5-mini", prices={"gpt-5-mini": own}) == own


def test_a_name_that_stands_for_two_models_has_no_known_price() -> None:
    config = RunConfig(llm="openai:gpt-5-mini", stages={"classification": {"base_url": "http://localhost:8000/v1"}})
    assert with_known_prices(config).prices == {}


def test_max_cost_works_with_packaged_prices() -> None:
    assert plan_run(RunConfig(llm="openai:gpt-5-mini", max_cost=1), dry=True).config.prices == {"gpt-5-mini": MINI}


def test_max_cost_needs_the_price_of_every_model() -> None:
    config = RunConfig(llm="openai:gpt-5-mini", stages={"classification": {"llm": "ollama:small"}}, max_cost=1)
    with pytest.raises(ConfigError) as refusal:
        plan_run(config, dry=True)
    assert str(refusal.value) == (
        "`max_cost` is set and the price of 'small' is not known: give it in `prices`, in lines like "
        "MODEL: {input: 0.25, cached_input: 0.025, output: 2}, in US dollars for a million tokens."
    )


def test_batches_of_openai_cost_half() -> None:
    assert MINI.batch is not None
    assert (MINI.batch.input, MINI.batch.cached_input, MINI.batch.output) == (0.125, 0.0125, 1)
