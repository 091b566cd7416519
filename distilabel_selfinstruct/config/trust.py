"""Addresses in a configuration file: whoever wrote the file gets the prompts and the key of whoever runs it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.config.stages import STAGES
from distilabel_selfinstruct.records import MODEL_STAGES

_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def foreign_addresses(config: RunConfig, overrides: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses, without secrets, that only the configuration file names and that are not of this machine.

    Args:
        config: the configuration in force.
        overrides: the options that its user gave beside the file.
    """
    given = {overrides.get("base_url"), *(own.get("base_url") for own in overrides.get(STAGES, {}).values())}
    used = dict.fromkeys(config.for_stage(stage).base_url for stage in MODEL_STAGES)
    return tuple(redact_url(url) for url in used if url and url not in given and not _is_of_this_machine(url))


def _is_of_this_machine(url: str) -> bool:
    try:
        return urlsplit(url.strip()).hostname in _OWN_MACHINE
    except ValueError:  # no address at all: the client says so
        return False
