"""The options of a run. Each is declared here and nowhere else."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from distilabel_selfinstruct.config.options import FREE_TO_CHANGE, CommandLine, Panel
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.filters import MAX_WORDS, MIN_WORDS, rule_names
from distilabel_selfinstruct.prompts import PromptForm, apply_overrides, default_decoding
from distilabel_selfinstruct.records import MODEL_STAGES, InFlight, Mode, Stage

DATA = CommandLine(Panel.DATA)
LIMITS = CommandLine(Panel.LIMITS)
MODEL = CommandLine(Panel.MODEL)
SAMPLING = CommandLine(Panel.SAMPLING)


def _at_least_one_or_auto(value: object) -> object:
    """A number in flight, which the command line gives as a text.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if value != "auto" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError("should be a whole number from 1 on, or auto")
    return value


NumberInFlight = Annotated[InFlight, BeforeValidator(_at_least_one_or_auto)]


class Price(BaseModel):
    """What a million tokens cost, in any currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class RunConfig(BaseModel):
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
        description="Override the paper's sampling, as in instruction_generation.temperature=1. Repeatable.",
    )
    max_in_flight: Annotated[NumberInFlight, CommandLine(Panel.MODEL, "N|auto"), FREE_TO_CHANGE] = Field(
        default="auto",
        description="Requests in flight at a time, in each stage. auto: finds how many the server bears.",
    )
    requests_per_minute: Annotated[int | None, MODEL, FREE_TO_CHANGE] = Field(
        default=None, ge=1, description="The most requests a minute, of all stages together."
    )
    tokens_per_minute: Annotated[int | None, MODEL, FREE_TO_CHANGE] = Field(
        default=None, ge=1, description="The most tokens a minute, in and out, of all stages together."
    )
    request_timeout: Annotated[int | None, MODEL, FREE_TO_CHANGE] = Field(
        default=None,
        ge=1,
        description="Seconds to wait for a whole response. Unset: 120 for OpenAI, 600 for other servers.",
    )
    request_retries: Annotated[int, MODEL, FREE_TO_CHANGE] = Field(
        default=6, ge=0, description="How often a request that fails while others are answered is sent again."
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
    max_wait_minutes: Annotated[float, LIMITS, FREE_TO_CHANGE] = Field(
        default=15, ge=0, description="The longest wait for a server that answers nothing."
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
