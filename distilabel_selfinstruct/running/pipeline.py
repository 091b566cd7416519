"""The four stages as one distilabel pipeline.

The journal is the conveyor, distilabel is the clockwork: what distilabel hands on only keeps the stages moving, and
every file of a run is derived from the journals that the steps write.
"""

from pathlib import Path
from typing import Any

from distilabel_selfinstruct.host_fixes.quiet_import import silence

silence()  # before the host is imported

from distilabel.models.llms.base import LLM
from distilabel.pipeline import Pipeline

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.step_fields import options_for
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms import OpenAICompatibleLLM, make_llm
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
)


def configured_llm(config: RunConfig) -> LLM:
    """The LLM that the configuration of a stage names (see `RunConfig.for_stage`), with its limits and manner.

    Raises:
        ConfigError: it cannot be made from `config.llm`, or takes no fields of a body.
    """
    llm = make_llm(config.llm, base_url=config.base_url, prompt_form=config.effective_prompt_form)
    if isinstance(llm, OpenAICompatibleLLM):
        llm.timeout = config.request_timeout
        llm.extra_body = config.extra_body
        llm.thinking, llm.thinking_tokens = config.thinking, config.thinking_tokens
    elif config.extra_body or config.thinking or config.batch:
        option = "extra_body" if config.extra_body else "thinking" if config.thinking else "batch"
        raise ConfigError(f"{config.llm!r} takes no `{option}`: it is for models that are asked over HTTP.")
    return llm


def self_instruct_pipeline(config: RunConfig, *, state_dir: str = "", cache_dir: str | None = None) -> Pipeline:
    """Instruction generation, classification, instance generation and filtering, one after the other.

    Args:
        config: the options of the run.
        state_dir: folder for the journals of the steps; empty for none.
        cache_dir: where distilabel keeps what it passes on; by default its own choice.

    Raises:
        ConfigError: the model of a stage cannot be made from what `config` names.
    """
    config = config.model_copy(
        update={"seed_tasks": _absolute(config.seed_tasks), "human_feedback": _absolute(config.human_feedback)}
    )

    def step(kind: Any, stage: Stage, **options: Any) -> Any:
        own = config.for_stage(stage)
        if stage.asks_a_model:
            options["llm"] = configured_llm(own)
            options["prompt_form"] = own.effective_prompt_form
            options["decoding"] = config.decoding.get(stage, {})
        return kind(name=stage.value, state_dir=state_dir, **options_for(kind, own), **options)

    rows = {"input_batch_size": config.effective_batch_size}
    # A stage whose requests are sent in batches gets all of its rows at once.
    asked = {"input_batch_size": config.num_instructions} if config.batch else rows
    with Pipeline(name="self-instruct", cache_dir=cache_dir) as pipeline:
        instructions = step(InstructionGeneration, Stage.INSTRUCTION_GENERATION, batch_size=config.effective_batch_size)
        task_types = step(ClassificationTaskIdentification, Stage.CLASSIFICATION, **asked)
        raw_instances = step(InstanceGeneration, Stage.INSTANCE_GENERATION, **asked)
        instances = step(InstanceFiltering, Stage.INSTANCE_FILTERING, **rows)
        instructions >> task_types >> raw_instances >> instances
    return pipeline


def _absolute(path: str | None) -> str | None:
    return None if path is None else str(Path(path).resolve())
