"""What a run needs, made once: whatever would stop it is found before anything is started or paid for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from distilabel_selfinstruct.bootstrap.loop import Bootstrap
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.prompts import PromptSet, load_prompts
from distilabel_selfinstruct.ratings.feedback import Feedback, load_feedback
from distilabel_selfinstruct.steps.bootstrap_factory import bootstrap_for

if TYPE_CHECKING:
    from distilabel.models.llms.base import LLM


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run that can start: its options, its prompts, the loop at its start, and the model, which is not loaded yet."""

    config: RunConfig
    prompts: PromptSet
    feedback: Feedback
    bootstrap: Bootstrap
    llm: "LLM"


def plan_run(config: RunConfig) -> RunPlan:
    """Make what a run needs.

    Raises:
        SelfInstructError: an option, the seed file, the feedback, the prompts or the model cannot work.
    """
    from distilabel_selfinstruct.running.pipeline import configured_llm

    if config.max_cost is not None and config.model not in config.prices:
        raise ConfigError(f"max_cost is set and the price of {config.model!r} is not known: give it in prices.")
    prompts, feedback = load_prompts(config.prompts), load_feedback(config.human_feedback)
    return RunPlan(
        config=config,
        prompts=prompts,
        feedback=feedback,
        bootstrap=bootstrap_for(config, prompts, feedback),
        llm=configured_llm(config),
    )
