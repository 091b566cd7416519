"""The options of a run as fields of the steps: the same names, defaults, bounds and help."""

from typing import Any

from pydantic import BaseModel, Field

from distilabel_selfinstruct.config.loading import load_config
from distilabel_selfinstruct.config.options import bounds
from distilabel_selfinstruct.config.run_config import RunConfig

DIFFERENT_BY_STAGE = frozenset({"llm", "decoding", "batch_size", "prompt_form"})
"""Options that each step gets in a form of its own: see `running.pipeline`."""


def run_option(name: str) -> Any:
    """The field of a step that is the option `name` of a run.

    Raises:
        KeyError: a run has no such option.
    """
    field = RunConfig.model_fields[name]
    return Field(default=field.get_default(call_default_factory=True), description=field.description, **bounds(field))


def config_of(step: BaseModel) -> RunConfig:
    """The configuration that the fields of a step make; what the step lacks has its default.

    Raises:
        ConfigError: a value cannot work.
    """
    shared = type(step).model_fields.keys() & RunConfig.model_fields.keys() - {"llm", "decoding"}
    return load_config(None, {name: getattr(step, name) for name in shared})


def options_for(step: type[BaseModel], config: RunConfig) -> dict[str, Any]:
    """The values of all options that a step and a run share by name, but those that differ by stage."""
    shared = (step.model_fields.keys() & RunConfig.model_fields.keys()) - DIFFERENT_BY_STAGE
    return {name: getattr(config, name) for name in sorted(shared)}
