"""The options of a run. Each is declared here and nowhere else."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.config.options import FREE_TO_CHANGE, CommandLine, Panel
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.filters import MAX_WORDS, MIN_WORDS, rule_names
from distilabel_selfinstruct.prompts import (
    THINKING_TOKENS,
    PromptForm,
    Thinking,
    apply_overrides,
    check_extra_body,
    default_decoding,
)
from distilabel_selfinstruct.records import MODEL_STAGES, Mode, Stage

DATA = CommandLine(Panel.DATA)
LIMITS = CommandLine(Panel.LIMITS)
MODEL = CommandLine(Panel.MODEL)
SAMPLING = CommandLine(Panel.SAMPLING)


class Price(BaseModel):
    """What a million tokens cost, in any currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """What the tokens cost."""
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


class RunConfig(CheckedOptions):
    """The options of a run: of `selfinstruct run`, of its configuration file, of `run` in Python, and of the steps."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    # The model
    llm: Annotated[str, CommandLine(Panel.MODEL, "PROVIDER:MODEL")] = Field(
        default="recorded:demo",
        min_length=1,
        description="The model: openai, ollama, hf, transformers, vllm, llamacpp, litellm or recorded, and its name.",
    )
    base_url: Annotated[str | None, CommandLine(Panel.MODEL, "URL"), FREE_TO_CHANGE] = Field(
        default=None, description="Address of an OpenAI-compatible server, up to /v1."
    )
    prompt_form: Annotated[PromptForm | None, MODEL] = Field(
        default=None, description="completion for base models, or chat. Unset: completion for recordings, else chat."
    )
    prompts: Annotated[str, CommandLine(Panel.MODEL, "LANGUAGE|DIR")] = Field(
        default="en", description="A packaged language, or a folder of prompts."
    )
    decoding: Annotated[dict[Stage, dict[str, Any]], CommandLine(Panel.MODEL, "STAGE.NAME=VALUE")] = Field(
        default_factory=dict,
        description="Override the paper's sampling, as in instruction_generation.temperature=1. Other names go to the "
        "server as they are, as in classification.seed=7. Repeatable.",
    )
    extra_body: Annotated[dict[str, Any], CommandLine(Panel.MODEL, "JSON")] = Field(
        default_factory=dict,
        description='Further fields of every request, for servers that know them, as in {"top_k": 40}.',
    )
    thinking: Annotated[Thinking | None, MODEL] = Field(
        default=None,
        description="Whether and how hard a reasoning model thinks. Unset: off, where the server allows that.",
    )
    thinking_tokens: Annotated[int, MODEL] = Field(
        default=THINKING_TOKENS,
        ge=0,
        description="Tokens for thoughts on top of the limit of an answer, where they are not off.",
    )
    max_in_flight: Annotated[int, MODEL, FREE_TO_CHANGE] = Field(
        default=5, ge=1, description="Requests in flight at a time, in each stage."
    )
    request_timeout: Annotated[int, MODEL, FREE_TO_CHANGE] = Field(
        default=120, ge=1, description="Seconds to wait for a response."
    )
    request_retries: Annotated[int, MODEL, FREE_TO_CHANGE] = Field(
        default=6, ge=0, description="How often the client retries a request."
    )

    # The data
    seed_tasks: Annotated[str | None, CommandLine(Panel.DATA, "FILE")] = Field(
        default=None, description="Seed tasks. Unset: the 175 packaged ones."
    )
    human_feedback: Annotated[str | None, CommandLine(Panel.DATA, "FILE|DIR")] = Field(
        default=None,
        min_length=1,
        description="Ratings of an earlier run, or its folder: sample what people rated A, never what they rated D.",
    )
    num_instructions: Annotated[int, CommandLine(Panel.DATA, short="-n")] = Field(
        default=100, ge=1, description="How many instructions to admit."
    )
    classification_only: Annotated[bool, DATA] = Field(default=False, description="Generate classification tasks only.")
    language: Annotated[str, DATA] = Field(default="en", min_length=1, description="BCP-47 tag of the instructions.")
    max_instances: Annotated[int, DATA] = Field(default=5, ge=1, description="The most instances per instruction.")

    # Sampling and filters
    random_seed: Annotated[int, SAMPLING] = Field(default=42, description="Fixes all sampling on our side.")
    mode: Annotated[Mode, SAMPLING] = Field(
        default="default", description="strict: what the paper's reference implementation does."
    )
    max_rouge_l: Annotated[float, SAMPLING] = Field(
        default=0.7, ge=0, le=1, description="The highest ROUGE-L that counts as new."
    )
    tokenizer: Annotated[Literal["auto", "rouge_score", "unicode"], SAMPLING] = Field(
        default="auto", description="Tokenizer of ROUGE-L. auto: rouge_score for English and strict mode, else unicode."
    )
    min_words: Annotated[int, SAMPLING] = Field(
        default=MIN_WORDS, ge=0, description="The fewest words of an instruction."
    )
    max_words: Annotated[int, SAMPLING] = Field(
        default=MAX_WORDS, ge=1, description="The most words of an instruction."
    )
    forbidden_words: Annotated[list[str] | None, CommandLine(Panel.SAMPLING, "WORD")] = Field(
        default=None,
        description="Words that no instruction may hold, in place of the language's own list. Repeatable.",
    )
    disabled_rules: Annotated[list[str], CommandLine(Panel.SAMPLING, "REASON")] = Field(
        default_factory=list,
        description="Filter rules to switch off, by the reason that they give, as in asks_for_program. Repeatable.",
    )
    num_prompt_instructions: Annotated[int, SAMPLING] = Field(
        default=8, ge=1, description="Instructions shown in a prompt."
    )
    num_prompt_generated: Annotated[int, SAMPLING] = Field(
        default=2, ge=0, description="How many of these may be generated ones."
    )
    sampling_lag: Annotated[int, SAMPLING] = Field(
        default=0, ge=0, description="How many requests earlier a prompt sees the pool. 0: chosen from the sizes."
    )

    # When to stop
    patience: Annotated[int, LIMITS, FREE_TO_CHANGE] = Field(
        default=50, ge=1, description="Requests in a row that admit nothing before generation gives up."
    )
    min_acceptance: Annotated[float, LIMITS, FREE_TO_CHANGE] = Field(
        default=0.02,
        ge=0,
        lt=1,
        description="Share of the candidates admitted lately below which generation gives up.",
    )
    max_requests: Annotated[int | None, LIMITS, FREE_TO_CHANGE] = Field(
        default=None, ge=1, description="The most requests, of all stages together."
    )
    max_tokens: Annotated[int | None, LIMITS, FREE_TO_CHANGE] = Field(
        default=None, ge=1, description="The most tokens, in and out together."
    )
    max_cost: Annotated[float | None, LIMITS, FREE_TO_CHANGE] = Field(
        default=None, gt=0, description="The most to pay; needs prices."
    )
    max_minutes: Annotated[float | None, LIMITS, FREE_TO_CHANGE] = Field(
        default=None, gt=0, description="The longest time."
    )
    max_failures: Annotated[int | None, LIMITS, FREE_TO_CHANGE] = Field(
        default=None, ge=0, description="The most failed requests."
    )
    prices: Annotated[dict[str, Price], CommandLine(Panel.LIMITS, "FILE"), FREE_TO_CHANGE] = Field(
        default_factory=dict,
        description="YAML with MODEL: {input: PRICE, output: PRICE}, for a million tokens.",
    )
    batch_size: Annotated[int, LIMITS, FREE_TO_CHANGE] = Field(
        default=50, ge=1, description="Rows that steps hand on at a time."
    )

    @field_validator("decoding", mode="before")
    @classmethod
    def _can_be_applied(cls, decoding: Any) -> Any:
        for stage, overrides in decoding.items() if isinstance(decoding, dict) else ():
            known = [stage.value for stage in MODEL_STAGES]
            if stage not in known:
                raise ConfigError(f"There is no stage {stage!r} to set the decoding of: use {', '.join(known)}.")
            if isinstance(overrides, dict):
                apply_overrides(default_decoding(Stage(stage)), overrides)
        return decoding

    @field_validator("forbidden_words")
    @classmethod
    def _are_words(cls, words: list[str] | None) -> list[str] | None:
        if words is not None and not all(word.strip() for word in words):
            raise ConfigError("forbidden_words holds an empty text, which every instruction contains: remove it.")
        return words

    @model_validator(mode="after")
    def _leaves_instructions(self) -> "RunConfig":
        if self.min_words > self.max_words:
            raise ConfigError(
                f"min_words is {self.min_words} and max_words is {self.max_words}: no instruction can have both."
            )
        return self

    @field_validator("extra_body")
    @classmethod
    def _can_be_sent(cls, extra_body: dict[str, Any]) -> dict[str, Any]:
        check_extra_body(extra_body)
        return extra_body

    @field_validator("thinking", mode="before")
    @classmethod
    def _as_yaml_reads_it(cls, thinking: object) -> object:
        return {True: "on", False: "off"}[thinking] if isinstance(thinking, bool) else thinking

    @field_validator("disabled_rules")
    @classmethod
    def _are_rules(cls, names: list[str]) -> list[str]:
        rule_names(names)
        return names

    @property
    def effective_prompt_form(self) -> PromptForm:
        """The prompt form, decided by the provider where none was chosen."""
        return self.prompt_form or ("completion" if self.llm.startswith("recorded:") else "chat")

    @property
    def model(self) -> str:
        """The model's name, without its provider."""
        return self.llm.partition(":")[2]
