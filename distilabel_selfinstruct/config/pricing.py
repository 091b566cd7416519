"""What tokens cost, in US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor, log10
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from distilabel_selfinstruct.errors import ConfigError

FORMAT = "MODEL: {input: 0.25, cached_input: 0.025, output: 2}, in US dollars for a million tokens"
"""How prices are written, one model a line."""

PRICED_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """What requests used. `cached` counts those of `input` that the server had in its cache.

    Tokens of thoughts are among `output`: providers bill them so. The last three count those of the others that were
    used in batches.
    """

    input: int = 0
    output: int = 0
    cached: int = 0
    batch_input: int = 0
    batch_output: int = 0
    batch_cached: int = 0

    def with_batched(self, input: int, output: int, cached: int) -> "Tokens":
        """These and more that were used in batches. They are to be counted among the others as well."""
        return replace(
            self,
            batch_input=self.batch_input + input,
            batch_output=self.batch_output + output,
            batch_cached=self.batch_cached + cached,
        )


class Price(BaseModel):
    """What a million tokens of a model cost, in US dollars.

    Without `cached_input`, input from the server's cache costs as much as other input. `batch` is the price in batches;
    without it half of the others is assumed. `source` says where the price comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    cached_input: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    batch: "Price | None" = None
    source: str = ""

    @property
    def in_batches(self) -> "Price":
        """The price of what is sent in batches."""
        return self.batch or self.times(0.5)

    def times(self, factor: float) -> "Price":
        """So many times the price."""
        cached_input = None if self.cached_input is None else factor * self.cached_input
        return Price(input=factor * self.input, output=factor * self.output, cached_input=cached_input)

    def cost(self, tokens: Tokens) -> float:
        """What the tokens cost, in US dollars."""
        directly = _cost(
            self,
            tokens.input - tokens.batch_input,
            tokens.output - tokens.batch_output,
            tokens.cached - tokens.batch_cached,
        )
        return directly + _cost(self.in_batches, tokens.batch_input, tokens.batch_output, tokens.batch_cached)


def _cost(price: Price, input_tokens: int, output_tokens: int, cached_tokens: int) -> float:
    cached = min(cached_tokens, input_tokens)
    cached_input = price.input if price.cached_input is None else price.cached_input
    return (
        (input_tokens - cached) * price.input + cached * cached_input + output_tokens * price.output
    ) / PRICED_TOKENS


def read_prices(prices: Mapping[Any, Any]) -> dict[str, Price]:
    """The prices in a mapping of models, as it stands in a file.

    Raises:
        ConfigError: a price is not written as `FORMAT` says.
    """
    return {str(model): _price(model, price) for model, price in prices.items()}


def in_dollars(amount: float) -> str:
    """An amount with at least two digits that say something: "12.30 USD", "0.0042 USD"."""
    digits = 2 if amount >= 1 or amount <= 0 else max(2, 1 - floor(log10(amount)))
    return f"{amount:,.{digits}f} USD"


def _price(model: object, price: Any) -> Price:
    try:
        return price if isinstance(price, Price) else Price(**price)
    except (TypeError, ValidationError) as error:
        raise ConfigError(f"The price of {model} is {price!r}: write {FORMAT}.") from error
