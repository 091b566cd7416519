"""What a run needs, made once: whatever would stop it is found before anything is started or paid for."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from distilabel_selfinstruct.bootstrap.loop import Bootstrap
from distilabel_selfinstruct.bootstrap_factory import bootstrap_for
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.providers import check_access, check_llm
from distilabel_selfinstruct.prompts import PromptSet, load_prompts
from distilabel_selfinstruct.ratings.feedback import Feedback, load_feedback
from distilabel_selfinstruct.records import MODEL_STAGES, Stage
from distilabel_selfinstruct.running.prices import check_prices, with_known_prices

if TYPE_CHECKING:
    from distilabel.models.llms.base import LLM


@dataclass(frozen=True, slots=True)
class PlannedModel:
    """A model that is not loaded yet: the stages that ask it, and the options with which they do."""

    stages: tuple[Stage, ...]
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
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        check_llm(own.llm, own.base_url)
        if not dry:
            check_access(own.llm, own.base_url, own.effective_prompt_form)
    config = with_known_prices(config)
    check_prices(config)
    prompts, feedback = load_prompts(config.prompts), load_feedback(config.human_feedback)
    return RunPlan(config, prompts, feedback, bootstrap_for(config, prompts, feedback))


def _models(config: RunConfig) -> tuple[PlannedModel, ...]:
    from distilabel_selfinstruct.running.pipeline import configured_llm

    asking: dict[tuple[str, str | None, str], list[Stage]] = {}
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        asking.setdefault((own.llm, own.base_url, own.effective_prompt_form), []).append(stage)
    configs = [(tuple(stages), config.for_stage(stages[0])) for stages in asking.values()]
    return tuple(PlannedModel(stages, own, configured_llm(own)) for stages, own in configs)
