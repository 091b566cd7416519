"""The model of a stage, made of its options."""

from typing import TYPE_CHECKING

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms import LocalServerLLM, OpenAICompatibleLLM, make_llm

if TYPE_CHECKING:
    from distilabel.models.llms.base import LLM


def configured_llm(config: RunConfig) -> "LLM":
    """The LLM that the configuration of a stage names (see `RunConfig.for_stage`), with its limits and manner.

    Raises:
        ConfigError: it cannot be made from `config.llm`, or takes no fields of a body.
    """
    llm = make_llm(config.llm, base_url=config.base_url, prompt_form=config.effective_prompt_form)
    if isinstance(llm, OpenAICompatibleLLM):
        llm.timeout = config.request_timeout
        llm.extra_body = config.extra_body
        llm.thinking, llm.thinking_tokens = config.thinking, config.thinking_tokens
        if isinstance(llm, LocalServerLLM):
            llm.seed, llm.threads = config.random_seed, config.threads
            llm.slots = None if config.max_in_flight == "auto" else config.max_in_flight
    elif config.extra_body or config.thinking or config.batch:
        option = "extra_body" if config.extra_body else "thinking" if config.thinking else "batch"
        raise ConfigError(f"{config.llm!r} takes no `{option}`: it is for models that are asked over HTTP.")
    return llm
