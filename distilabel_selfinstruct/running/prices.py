"""The packaged prices of the usual models: facts with their source and date."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from distilabel_selfinstruct.config import Price, RunConfig
from distilabel_selfinstruct.config.pricing import FORMAT, read_prices
from distilabel_selfinstruct.config.providers import server_of
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.packaged import packaged_file
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.records import MODEL_STAGES

# The day of a snapshot at the end of a model's name: gpt-5-mini-2025-08-07, claude-haiku-4-5-20251001.
_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")


@dataclass(frozen=True, slots=True)
class Provider:
    """The prices of one provider, by model, and the host of its API."""

    host: str
    prices: dict[str, Price]


@cache
def packaged_prices() -> dict[str, Provider]:
    """The packaged table, by the name of the provider."""
    return {
        name: Provider(
            host=section["host"],
            prices={
                model: price.model_copy(
                    update={
                        "source": f"{section['source']}, {section['as_of']}",
                        "batch": price.batch or (price.times(section["batch"]) if "batch" in section else None),
                    }
                )
                for model, price in read_prices(section["models"]).items()
            },
        )
        for name, section in load_yaml(packaged_file("data", "prices.yaml")).items()
    }


def with_known_prices(config: RunConfig) -> RunConfig:
    """The configuration with the packaged prices of its models, where it has none for them.

    A model has a packaged price on its provider's own server only, and if no two stages use its name for different
    servers.
    """
    known: dict[str, Price] = {}
    unknown: set[str] = set()
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        price = _packaged_price(own)
        if price is None:
            unknown.add(own.model)
        else:
            known[own.model] = price
    found = {model: price for model, price in known.items() if model not in unknown}
    return config.model_copy(update={"prices": {**found, **config.prices}})


def check_prices(config: RunConfig) -> None:
    """Find out before the start whether the cost can be limited.

    Raises:
        ConfigError: there is a limit, and the price of a model is not known.
    """
    missing = sorted({model for model in config.models.values() if model not in config.prices})
    if config.max_cost is not None and missing:
        raise ConfigError(
            f"`max_cost` is set and the price of {missing[0]!r} is not known: give it in `prices`, in lines like "
            f"{FORMAT}."
        )


def _packaged_price(config: RunConfig) -> Price | None:
    provider, _, model = config.llm.partition(":")
    if provider == "litellm":
        prefix, slash, rest = model.partition("/")
        section = packaged_prices().get(prefix if slash else "openai")
        model = rest if slash else model
    elif host := urlsplit(server_of(config.llm, config.base_url) or "").hostname:
        section = next((found for found in packaged_prices().values() if found.host == host), None)
    else:
        return None
    if section is None:
        return None
    return section.prices.get(model) or section.prices.get(_SNAPSHOT.sub("", model))
