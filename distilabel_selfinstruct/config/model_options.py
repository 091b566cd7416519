"""The options that say what model is asked, and how. Each is declared here and nowhere else."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, field_validator

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.config.options import FREE_TO_CHANGE, PER_STAGE, CommandLine, NumberOrAuto, Panel
from distilabel_selfinstruct.config.stages import stage_named
from distilabel_selfinstruct.prompts import (
    THINKING_TOKENS,
    PromptForm,
    Thinking,
    apply_overrides,
    check_extra_body,
    default_decoding,
)
from distilabel_selfinstruct.records import Stage

MODEL = CommandLine(Panel.MODEL)


class ModelOptions(CheckedOptions):
    """The options of the model: of a whole run, or of one stage where they differ in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    llm: Annotated[str, CommandLine(Panel.MODEL, "PROVIDER:MODEL"), PER_STAGE] = Field(
        default="recorded:demo",
        min_length=1,
        description="The model: openai, ollama, hf, gguf, transformers, vllm, litellm or recorded, and its name. "
        "Like all options that take STAGE=, it can be repeated with a value for one stage: instructions, "
        "classification or instances.",
    )
    base_url: Annotated[str | None, CommandLine(Panel.MODEL, "URL"), FREE_TO_CHANGE, PER_STAGE] = Field(
        default=None, description="Address of an OpenAI-compatible server, up to /v1."
    )
    prompt_form: Annotated[PromptForm | None, CommandLine(Panel.MODEL, "completion|chat"), PER_STAGE] = Field(
        default=None,
        description="completion for base models, or chat. Unset: completion for recordings, for gguf chat if the file "
        "has a chat template and completion if not, else chat.",
    )
    prompts: Annotated[str, CommandLine(Panel.MODEL, "LANGUAGE|DIR")] = Field(
        default="en", description="A packaged language, or a folder of prompts, as `prompts copy` makes one."
    )
    decoding: Annotated[dict[Stage, dict[str, Any]], CommandLine(Panel.MODEL, "STAGE.NAME=VALUE")] = Field(
        default_factory=dict,
        description="Override the paper's sampling, as in instruction_generation.temperature=1. Other names go to the "
        "server as they are, as in classification.seed=7. Repeatable.",
    )
    extra_body: Annotated[dict[str, Any], CommandLine(Panel.MODEL, "JSON"), PER_STAGE] = Field(
        default_factory=dict,
        description='Further fields of every request, for servers that know them, as in {"top_k": 40}.',
    )
    thinking: Annotated[Thinking | None, CommandLine(Panel.MODEL, "off|on|EFFORT"), PER_STAGE] = Field(
        default=None,
        description="Whether and how hard a reasoning model thinks: off, on, minimal, low, medium, high, xhigh or max. "
        "Unset: off, where the server allows that.",
    )
    thinking_tokens: Annotated[int, MODEL, PER_STAGE] = Field(
        default=THINKING_TOKENS,
        ge=0,
        description="Tokens for thoughts on top of the limit of an answer, where they are not off.",
    )
    max_in_flight: Annotated[NumberOrAuto, CommandLine(Panel.MODEL, "N|auto"), FREE_TO_CHANGE, PER_STAGE] = Field(
        default="auto",
        description="Requests in flight at a time, in each stage. auto: finds how many the server bears.",
    )
    requests_per_minute: Annotated[int | None, MODEL, FREE_TO_CHANGE] = Field(
        default=None, ge=1, description="The most requests a minute, of all stages together."
    )
    tokens_per_minute: Annotated[int | None, MODEL, FREE_TO_CHANGE] = Field(
        default=None, ge=1, description="The most tokens a minute, in and out, of all stages together."
    )
    request_timeout: Annotated[int | None, MODEL, FREE_TO_CHANGE, PER_STAGE] = Field(
        default=None,
        ge=1,
        description="Seconds to wait for a whole response. Unset: 120 for OpenAI, 600 for other servers.",
    )
    threads: Annotated[int | None, MODEL, FREE_TO_CHANGE] = Field(
        default=None,
        ge=1,
        description="Processor threads of a model on this machine. Unset: as many as there are idle processors.",
    )
    request_retries: Annotated[int, MODEL, FREE_TO_CHANGE, PER_STAGE] = Field(
        default=6, ge=0, description="How often a request that fails while others are answered is sent again."
    )

    batch: Annotated[bool, MODEL, FREE_TO_CHANGE] = Field(
        default=False,
        description="Send requests in batches (OpenAI's files and batches): half price, and answers within 24 hours.",
    )

    @field_validator("decoding", mode="before")
    @classmethod
    def _names_stages(cls, decoding: Any) -> Any:
        if not isinstance(decoding, dict):
            return decoding
        return {stage_named(stage).value: overrides for stage, overrides in decoding.items()}

    @field_validator("decoding")
    @classmethod
    def _can_be_applied(cls, decoding: dict[Stage, dict[str, Any]]) -> dict[Stage, dict[str, Any]]:
        for stage, overrides in decoding.items():
            apply_overrides(default_decoding(stage), overrides)
        return decoding

    @field_validator("extra_body")
    @classmethod
    def _can_be_sent(cls, extra_body: dict[str, Any]) -> dict[str, Any]:
        check_extra_body(extra_body)
        return extra_body

    @field_validator("thinking", mode="before")
    @classmethod
    def _as_yaml_reads_it(cls, thinking: object) -> object:
        return {True: "on", False: "off"}[thinking] if isinstance(thinking, bool) else thinking

    @property
    def effective_prompt_form(self) -> PromptForm:
        """The prompt form, decided by the provider where none was chosen.

        That of a GGUF file is in it: `running.plan.with_known_forms` writes it down before a run starts.
        """
        return self.prompt_form or ("completion" if self.llm.startswith("recorded:") else "chat")

    @property
    def model(self) -> str:
        """The model's name, without its provider."""
        return self.llm.partition(":")[2]
