"""Options of one stage: how they are written, in a configuration and on the command line."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import MODEL_STAGES, Stage

SHORT_NAMES = {"instructions": Stage.INSTRUCTION_GENERATION, "instances": Stage.INSTANCE_GENERATION}
"""Shorter names of stages, for those who write them."""

STAGES = "stages"
"""The option that holds the options of single stages."""

_NAME_AND_VALUE = re.compile(r"([A-Za-z_]+)=(.*)", re.DOTALL)


def stage_named(name: object, *, among: Iterable[Stage] = MODEL_STAGES) -> Stage:
    """The stage with this name, or this short name: every option that takes a stage takes these names.

    Args:
        name: the name.
        among: the stages that there are; those that ask a model for the options of models.

    Raises:
        ConfigError: there is none.
    """
    stages = tuple(among)
    wanted = name.value if isinstance(name, Stage) else str(name)
    known = {**{stage.value: stage for stage in stages}, **SHORT_NAMES}
    found = known.get(wanted)
    if found is None:
        kind = " that asks a model" if stages == MODEL_STAGES else ""
        raise ConfigError(f"There is no stage {wanted!r}{kind}: use {', '.join(known)}.")
    return found


def split_stage(text: str) -> tuple[Stage | None, str]:
    """STAGE=VALUE as its two parts; None and the whole text where it names no stage.

    Raises:
        ConfigError: there is a word before the equals sign that is no stage.
    """
    found = _NAME_AND_VALUE.fullmatch(text)
    return (stage_named(found[1]), found[2]) if found else (None, text)


def by_stage(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with those of single stages under `stages`, each stage under its own name.

    `llm` may be a mapping from stages to their models, or to their options. Where it names the model of every stage,
    that of instruction generation stands for the whole run.

    Raises:
        ConfigError: a stage is not known, or what stands under it is neither a model nor a mapping.
    """
    options = dict(options)
    stages: dict[str, dict[str, Any]] = {}
    _add(stages, options.pop(STAGES, None) or {}, STAGES)
    if isinstance(options.get("llm"), Mapping):
        _add(stages, options.pop("llm"), "llm")
    if "llm" not in options and all("llm" in stages.get(stage.value, {}) for stage in MODEL_STAGES):
        options["llm"] = stages[Stage.INSTRUCTION_GENERATION.value]["llm"]
    return {**options, STAGES: stages} if stages else options


def merged(options: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Options with others on top. An override that names no stage is for all of them.

    Raises:
        ConfigError: see `by_stage`.
    """
    below, above = by_stage(options), by_stage(overrides)
    own = above.get(STAGES, {})
    stages: dict[str, dict[str, Any]] = {
        stage: {name: value for name, value in values.items() if name not in above}
        for stage, values in below.get(STAGES, {}).items()
    }
    for stage, values in own.items():
        stages.setdefault(stage, {}).update(values)
    stages = {stage: values for stage, values in stages.items() if values}
    result = {**below, **above}
    result.pop(STAGES, None)
    return {**result, STAGES: stages} if stages else result


def _add(stages: dict[str, dict[str, Any]], added: object, option: str) -> None:
    if not isinstance(added, Mapping):
        raise ConfigError(f"`{option}` is {added!r}: write STAGE: MODEL, or STAGE: {{llm: MODEL, base_url: URL}}.")
    for name, value in added.items():
        values = {"llm": value} if isinstance(value, str) else value
        if not isinstance(values, Mapping):
            raise ConfigError(f"`{option}`.{name} is {value!r}: write a model, or its options, as in {{llm: MODEL}}.")
        stages.setdefault(stage_named(name).value, {}).update(values)
