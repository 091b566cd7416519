"""What a run needs, made once: whatever would stop it is found before anything is started or paid for."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from distilabel_selfinstruct.bootstrap.loop import Bootstrap
from distilabel_selfinstruct.bootstrap_factory import bootstrap_for
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.providers import check_access, check_llm, natural_form
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.prompts import PromptForm, PromptSet, load_prompts
from distilabel_selfinstruct.ratings.feedback import Feedback, load_feedback
from distilabel_selfinstruct.records import MODEL_STAGES, AnyStage, Stage
from distilabel_selfinstruct.running.prices import check_prices, with_known_prices
from distilabel_selfinstruct.running.ray_cluster import check_ray

if TYPE_CHECKING:
    from distilabel.models.llms.base import LLM


_LONGEST_TEMPORARY_FOLDER = 70
"""Python adds about 32 bytes for its sockets, and the system allows 107 in all, on some systems 103."""


@dataclass(frozen=True, slots=True)
class PlannedModel:
    """A model that is not loaded yet: the stages that ask it, and the options with which they do."""

    stages: tuple[AnyStage, ...]
    config: RunConfig
    llm: "LLM"


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run that can start: its options, its prompts, the loop at its start, and its models, each once."""

    config: RunConfig
    prompts: PromptSet
    feedback: Feedback
    bootstrap: Bootstrap
    models: tuple[PlannedModel, ...] = ()


def plan_run(config: RunConfig, *, dry: bool = False) -> RunPlan:
    """Make what a run needs.

    Args:
        config: the options of the run.
        dry: nothing will be asked: models are not made, so no key, server or extra is needed.

    Raises:
        SelfInstructError: an option, the seed file, the feedback, the prompts or a model cannot work.
    """
    plan = check_plan(config, dry=dry)
    return plan if dry else replace(plan, models=_models(plan.config))


def check_plan(config: RunConfig, *, dry: bool = False) -> RunPlan:
    """The plan of a run without its models: all that can be found out before the host, which takes seconds to import.

    Args:
        config: the options of the run.
        dry: nothing will be asked: no key is needed.

    Raises:
        SelfInstructError: see `plan_run`.
    """
    if not dry:
        _check_temporary_folder()
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        check_llm(own.llm, own.base_url)
    config = with_known_prices(with_known_forms(config))
    for stage in () if dry else MODEL_STAGES:
        own = config.for_stage(stage)
        check_access(own.llm, own.base_url, own.effective_prompt_form)
    if not dry:
        check_ray(config)
    check_prices(config)
    prompts, feedback = load_prompts(config.prompts, config.language), load_feedback(config.human_feedback)
    return RunPlan(config, prompts, feedback, bootstrap_for(config, prompts, feedback))


def _check_temporary_folder() -> None:
    """Check that the processes of a run can make their sockets: the system allows short paths only.

    Raises:
        ConfigError: the path of the folder for temporary files is too long.
    """
    folder = tempfile.gettempdir()
    if len(os.fsencode(folder)) > _LONGEST_TEMPORARY_FOLDER:
        raise ConfigError(
            f"TMPDIR is {folder}, and sockets in it would have paths longer than the system allows: set TMPDIR to a "
            "folder with a shorter path, such as /tmp."
        )


def with_known_forms(config: RunConfig) -> RunConfig:
    """The configuration with the form of prompts that the files of its models are made for, where it chooses none.

    Raises:
        ConfigError, InputFileError: there is no such file, or it is damaged.
    """
    forms: dict[Stage, PromptForm] = {}
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        form = natural_form(own.llm) if own.prompt_form is None else None
        if form is not None:
            forms[stage] = form
    if len(forms) == len(MODEL_STAGES) and len(set(forms.values())) == 1:
        return config.model_copy(update={"prompt_form": next(iter(forms.values()))})
    stages = {stage: dict(options) for stage, options in config.stages.items()}
    for stage, form in forms.items():
        stages.setdefault(stage, {})["prompt_form"] = form
    return config.model_copy(update={"stages": stages})


def tell_forms(config: RunConfig, tell: Callable[[str], None]) -> None:
    """Say which form prompts take where the file of a model decides it.

    Args:
        config: the options as they were given.
        tell: is told a sentence for each model.
    """
    told: dict[str, PromptForm | None] = {}
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        if own.prompt_form is None:
            told[own.llm] = natural_form(own.llm)
    for llm, form in told.items():
        if form is not None:
            has = "has a chat template" if form == "chat" else "has no chat template, as base models have none"
            tell(f"{llm} {has}: prompts take the {form} form.")


def _models(config: RunConfig) -> tuple[PlannedModel, ...]:
    from distilabel_selfinstruct.running.models import configured_llm

    asking: dict[tuple[str, str | None, str], list[Stage]] = {}
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        asking.setdefault((own.llm, own.base_url, own.effective_prompt_form), []).append(stage)
    configs = [(tuple(stages), config.for_stage(stages[0])) for stages in asking.values()]
    return tuple(PlannedModel(stages, own, configured_llm(own)) for stages, own in configs)
