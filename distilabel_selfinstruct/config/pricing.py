"""What tokens cost, in US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from distilabel_selfinstruct.errors import ConfigError

FORMAT = "MODEL: {input: 0.25, cached_input: 0.025, output: 2}, in US dollars for a million tokens"
"""How prices are written, one model a line."""

_UNIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """What requests used. `cached` counts those of `input` that the server had in its cache.

    Tokens of thoughts are among `output`: providers bill them so.
    """

    input: int = 0
    output: int = 0
    cached: int = 0


class Price(BaseModel):
    """What a million tokens of a model cost, in US dollars.

    Without `cached_input`, input from the server's cache costs as much as other input. `source` says where the price
    comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    cached_input: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    source: str = ""

    def cost(self, tokens: Tokens) -> float:
        """What the tokens cost, in US dollars."""
        cached = min(tokens.cached, tokens.input)
        cached_input = self.input if self.cached_input is None else self.cached_input
        spent = (tokens.input - cached) * self.input + cached * cached_input + tokens.output * self.output
        return spent / _UNIT


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
