"""What tokens cost, and how it is written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.config import Price, RunConfig, Tokens, load_config
from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import Stage

FIRST, SECOND, THIRD, _ = Stage


def test_cached_input_has_a_price_of_its_own() -> None:
    price = Price(input=1.0, cached_input=0.1, output=10.0)
    assert price.cost(Tokens(input=1_000_000, output=100_000, cached=400_000)) == pytest.approx(0.6 + 0.04 + 1.0)


def test_without_a_price_for_it_cached_input_costs_as_much_as_other_input() -> None:
    assert Price(input=1.0, output=0.0).cost(Tokens(input=1_000_000, cached=400_000)) == 1.0


def test_more_cached_tokens_than_there_were_count_as_all_of_them() -> None:
    assert Price(input=1.0, cached_input=0.0, output=0.0).cost(Tokens(input=10, cached=99)) == 0.0


def config_with(**prices: Price) -> RunConfig:
    return RunConfig(llm="openai:big", stages={"classification": {"llm": "openai:small"}}, prices=prices)


BIG, SMALL = Price(input=2.0, output=8.0), Price(input=0.1, output=0.4)
MILLION = Tokens(input=1_000_000)


def test_each_stage_costs_what_its_own_model_costs() -> None:
    assert config_with(big=BIG, small=SMALL).cost({FIRST: MILLION, SECOND: MILLION, THIRD: Tokens()}) == 2.1


def test_the_cost_is_not_known_where_a_stage_that_used_tokens_has_no_price() -> None:
    assert config_with(big=BIG).cost({FIRST: MILLION, SECOND: MILLION}) is None
    assert config_with(big=BIG).cost({FIRST: MILLION, SECOND: Tokens()}) == 2.0
    assert config_with(other=BIG).cost({FIRST: Tokens()}) is None


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "0.00 USD"),
        (0.0042, "0.0042 USD"),
        (0.00001234, "0.000012 USD"),
        (0.4, "0.40 USD"),
        (0.996, "1.00 USD"),
        (12.3, "12.30 USD"),
        (1234.5, "1,234.50 USD"),
    ],
)
def test_an_amount_has_enough_digits(amount: float, written: str) -> None:
    assert in_dollars(amount) == written


@given(st.floats(1e-9, 1e9))
def test_an_amount_as_written_is_right_within_five_percent(amount: float) -> None:
    assert math.isclose(float(in_dollars(amount).removesuffix(" USD").replace(",", "")), amount, rel_tol=0.051)


@pytest.mark.parametrize(
    "price", [{"input": 1}, {"input": 1, "output": 2, "cached": 1}, {"input": -1, "output": 2}, 3, "a", {1: 2}]
)
def test_a_price_that_cannot_be_read_is_shown_with_the_form_it_should_have(price: object) -> None:
    with pytest.raises(ConfigError) as refusal:
        load_config(None, {"prices": {"small": price}})
    assert str(refusal.value) == (
        f"The price of small is {price!r}: write MODEL: {{input: 0.25, cached_input: 0.025, output: 2}}, in US dollars "
        "for a million tokens."
    )


def test_batches_cost_their_own_price_or_half_of_the_others_if_none_is_known() -> None:
    used = Tokens(input=3_000_000, output=200_000, cached=1_000_000).with_batched(2_000_000, 100_000, 1_000_000)
    known = Price(input=1.0, output=10.0, batch=Price(input=0.4, cached_input=0.1, output=3.0))
    assert known.cost(used) == pytest.approx(1.0 + 1.0 + 0.4 + 0.1 + 0.3)
    assert Price(input=1.0, output=10.0, cached_input=0.2).cost(used) == pytest.approx(1.0 + 1.0 + 0.5 + 0.1 + 0.5)


def test_a_run_says_that_half_the_price_is_assumed_only_where_a_batch_was_billed_so() -> None:
    batched = {FIRST: MILLION.with_batched(1_000_000, 0, 0)}
    assert config_with(big=BIG).assumes_half_price(batched)
    assert not config_with(big=BIG).assumes_half_price({FIRST: MILLION})
    assert not config_with(big=BIG.model_copy(update={"batch": BIG})).assumes_half_price(batched)
    assert not config_with(other=BIG).assumes_half_price(batched)
