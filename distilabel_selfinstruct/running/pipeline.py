"""The four stages as one distilabel pipeline."""

from pathlib import Path
from typing import Any

from distilabel.models.llms.base import LLM
from distilabel.pipeline import Pipeline

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.llms import OpenAICompatibleLLM, make_llm
from distilabel_selfinstruct.records import INSTANCES, INSTRUCTIONS, RAW_INSTANCES, TASK_TYPES
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
)


def configured_llm(config: RunConfig) -> LLM:
    """The LLM that a configuration names, with its time limits.

    Raises:
        ConfigError: it cannot be made from `config.llm`.
    """
    llm = make_llm(config.llm, base_url=config.base_url, prompt_form=config.effective_prompt_form)
    if isinstance(llm, OpenAICompatibleLLM):
        llm.timeout, llm.max_retries = config.request_timeout, config.request_retries
    return llm


def self_instruct_pipeline(config: RunConfig, *, state_dir: str = "", cache_dir: str | None = None) -> Pipeline:
    """Instruction generation, classification, instance generation and filtering, one after the other.

    Args:
        config: the options of the run.
        state_dir: folder for the journals of the steps; empty for none.
        cache_dir: where distilabel keeps what it passes on; by default its own choice.

    Raises:
        ConfigError: the model cannot be made from `config.llm`.
    """

    def llm() -> LLM:
        return configured_llm(config)

    asking: dict[str, Any] = {
        "prompts": config.prompts,
        "prompt_form": config.effective_prompt_form,
        "mode": config.mode,
        "max_in_flight": config.max_in_flight,
        "max_total_requests": config.max_requests or 0,
        "state_dir": state_dir,
    }
    with Pipeline(name="self-instruct", cache_dir=cache_dir) as pipeline:
        instructions = InstructionGeneration(
            name=INSTRUCTIONS,
            llm=llm(),
            decoding=config.decoding.get("instruction_generation", {}),
            num_instructions=config.num_instructions,
            seed_tasks=str(Path(config.seed_tasks).resolve()) if config.seed_tasks else "",
            human_feedback=str(Path(config.human_feedback).resolve()) if config.human_feedback else "",
            classification_only=config.classification_only,
            language=config.language,
            tokenizer=config.tokenizer,
            max_rouge_l=config.max_rouge_l,
            num_prompt_instructions=config.num_prompt_instructions,
            num_prompt_generated=config.num_prompt_generated,
            random_seed=config.random_seed,
            patience=config.patience,
            min_acceptance=config.min_acceptance,
            sampling_lag=config.sampling_lag,
            batch_size=config.batch_size,
            **asking,
        )
        task_types = ClassificationTaskIdentification(
            name=TASK_TYPES,
            llm=llm(),
            decoding=config.decoding.get("classification", {}),
            input_batch_size=config.batch_size,
            **asking,
        )
        raw_instances = InstanceGeneration(
            name=RAW_INSTANCES,
            llm=llm(),
            decoding=config.decoding.get("instance_generation", {}),
            input_batch_size=config.batch_size,
            **asking,
        )
        instances = InstanceFiltering(
            name=INSTANCES,
            mode=config.mode,
            max_instances=config.max_instances,
            random_seed=config.random_seed,
            state_dir=state_dir,
            input_batch_size=config.batch_size,
        )
        instructions >> task_types >> raw_instances >> instances
    return pipeline
