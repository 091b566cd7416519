"""Addresses in a configuration file: whoever wrote the file gets the prompts and the key of whoever runs it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.config.stages import STAGES
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import MODEL_STAGES

_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def keep_origin(config: RunConfig, file: str, overrides: Mapping[str, Any]) -> None:
    """Keep in mind of a configuration that was read from a file which addresses its user did not give.

    Args:
        config: the configuration in force.
        file: where it was read from.
        overrides: the options that its user gave beside the file.
    """
    given = {name for options in (overrides, *overrides.get(STAGES, {}).values()) for name in _addresses(options)}
    if named := frozenset(_addresses_of(config)) - given:
        config.keep_addresses(file, named)


def warning_of(config: RunConfig) -> str:
    """What its user has to know of the addresses that only a file names, as a sentence; empty if there is nothing.

    Those of this machine are no stranger's. Secrets in an address are left out.
    """
    file, untrusted = config.addresses_in_file
    foreign = [redact_url(url) for url in _addresses_of(config) if url in untrusted and not _is_of_this_machine(url)]
    if not foreign:
        return ""
    return f"{file} sends your prompts, and your API key if one is set, to {' and '.join(foreign)}."


def refuse_foreign(config: RunConfig) -> None:
    """Refuse to send anything to an address that only a file names.

    Raises:
        ConfigError: there is one.
    """
    if warning := warning_of(config):
        raise ConfigError(f"{warning} If you trust that server, add `trust_base_url`.")


def _addresses_of(config: RunConfig) -> list[str]:
    """The addresses that the stages of a run ask, each once."""
    own = (config.for_stage(stage) for stage in MODEL_STAGES)
    found = (url for one in own for url in _addresses({"base_url": one.base_url, "llm": one.llm}))
    return list(dict.fromkeys(found))


def _addresses(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses in options; litellm takes some as part of the name of a model."""
    url, llm = options.get("base_url"), options.get("llm")
    in_name = llm.partition(":")[2] if isinstance(llm, str) and "://" in llm else None
    return tuple(address for address in (url, in_name) if isinstance(address, str) and address)


def _is_of_this_machine(url: str) -> bool:
    try:
        return urlsplit(url.strip()).hostname in _OWN_MACHINE
    except ValueError:  # no address at all: the client says so
        return False
