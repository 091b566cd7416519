"""The options of a run. Each is declared here and nowhere else."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, field_validator, model_validator
from typing_extensions import Self

from distilabel_selfinstruct.config.language_defaults import with_language
from distilabel_selfinstruct.config.machine_options import LOADED_HERE, MachineOptions
from distilabel_selfinstruct.config.options import FREE_TO_CHANGE, CommandLine, NumberOrAuto, Panel, is_per_stage
from distilabel_selfinstruct.config.pricing import Price, Tokens, read_prices
from distilabel_selfinstruct.config.stages import by_stage
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.parsing.filters import MAX_WORDS, MIN_WORDS, rule_names
from distilabel_selfinstruct.records import MODEL_STAGES, Mode, Stage, TokenizerName

DATA = CommandLine(Panel.DATA)
LIMITS = CommandLine(Panel.LIMITS)
SAMPLING = CommandLine(Panel.SAMPLING)


MOST_BATCHES, LARGEST_BATCH = 20, 500
"""Each batch takes some milliseconds, and no stage can begin before the first one is full."""


class RunConfig(MachineOptions):
    """The options of a run: of `selfinstruct run`, of its configuration file, of `run` in Python, and of the steps."""

    stages: dict[Stage, dict[str, Any]] = Field(
        default_factory=dict, description="Options of the model that differ in a stage, as in STAGE: {llm: MODEL}."
    )

    # The data
    seed_tasks: Annotated[str | None, CommandLine(Panel.DATA, "FILE")] = Field(
        default=None, description="Seed tasks. Unset: those of the language."
    )
    human_feedback: Annotated[str | None, CommandLine(Panel.DATA, "FILE|DIR")] = Field(
        default=None,
        min_length=1,
        description="Ratings of an earlier run, or its folder: sample what people rated A, never what they rated D.",
    )
    against: Annotated[list[str], CommandLine(Panel.DATA, "FILE")] = Field(
        default_factory=list,
        description="Tasks of an evaluation, whose instructions and inputs are kept out of the data: rows, seeds, or "
        "superni:FOLDER. Repeatable.",
    )
    num_instructions: Annotated[int, CommandLine(Panel.DATA, short="-n")] = Field(
        default=100, ge=1, description="How many instructions to admit."
    )
    classification_only: Annotated[bool, DATA] = Field(default=False, description="Generate classification tasks only.")
    language: Annotated[str, DATA] = Field(
        default="en",
        min_length=1,
        description="A packaged language, or the folder of a language pack: it brings prompts, seed tasks, markers, "
        "tokenizer and threshold.",
    )
    max_instances: Annotated[int, DATA] = Field(default=5, ge=1, description="The most instances per instruction.")

    # Sampling and filters
    random_seed: Annotated[int, SAMPLING] = Field(default=42, description="Fixes all sampling on our side.")
    mode: Annotated[Mode, SAMPLING] = Field(
        default="default", description="strict: what the paper's reference implementation does."
    )
    max_rouge_l: Annotated[float, SAMPLING] = Field(
        default=0.7,
        ge=0,
        le=1,
        description="The highest ROUGE-L that counts as new. Unset: what the language calls for.",
    )
    tokenizer: Annotated[TokenizerName, SAMPLING] = Field(
        default="auto",
        description="Tokenizer of ROUGE-L. auto: rouge_score in strict mode, else the language's own: rouge_score for "
        "English, eojeol_stem for Korean, unicode for others. kiwi, for Korean, needs the extra ko.",
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
        default=None, gt=0, allow_inf_nan=False, description="The most to pay, in US dollars; needs a known price."
    )
    max_minutes: Annotated[float | None, LIMITS, FREE_TO_CHANGE] = Field(
        default=None, gt=0, allow_inf_nan=False, description="The longest time, in minutes."
    )
    max_wait_minutes: Annotated[float, LIMITS, FREE_TO_CHANGE] = Field(
        default=15,
        ge=0,
        allow_inf_nan=False,
        description="The longest wait, in minutes, for a server that does not answer.",
    )
    max_failures: Annotated[int | None, LIMITS, FREE_TO_CHANGE] = Field(
        default=None, ge=0, description="The most failed requests."
    )
    prices: Annotated[dict[str, Price], CommandLine(Panel.LIMITS, "FILE"), FREE_TO_CHANGE] = Field(
        default_factory=dict,
        description="YAML with lines like MODEL: {input: 0.25, cached_input: 0.025, output: 2}, in US dollars for a "
        "million tokens. They override the packaged prices.",
    )
    batch_size: Annotated[NumberOrAuto, CommandLine(Panel.LIMITS, "N|auto"), FREE_TO_CHANGE] = Field(
        default="auto", description="Rows that steps hand on at a time. auto: one in a short run, more in a long one."
    )

    _file: str = PrivateAttr(default="")
    _addresses_in_file: frozenset[str] = PrivateAttr(default=frozenset())

    @model_validator(mode="before")
    @classmethod
    def _split_by_stage(cls, options: Any) -> Any:
        return by_stage(with_language(options)) if isinstance(options, dict) else options

    @model_validator(mode="after")
    def _stages_can_be_applied(self) -> Self:
        own = [stage for stage in MODEL_STAGES if "llm" in self.stages.get(stage, {})]
        if own and "llm" not in self.model_fields_set:
            missing = " and ".join(stage.value for stage in MODEL_STAGES if stage not in own)
            raise ConfigError(f"`llm` names no model for {missing}: name one for every stage, or one for all.")
        for stage, options in self.stages.items():
            options.update(self._checked(stage, options))
        return self

    def _checked(self, stage: Stage, options: dict[str, Any]) -> dict[str, Any]:
        known = [name for name, field in type(self).model_fields.items() if is_per_stage(field)]
        if unknown := options.keys() - set(known):
            raise ConfigError(f"`{min(unknown)}` cannot differ in {stage.value}: a stage takes {', '.join(known)}.")
        shared = {name: getattr(self, name) for name in known if name not in options}
        checked = type(self).model_validate({**shared, **options}, context={"place": lambda _: f" in {stage.value}"})
        return {name: getattr(checked, name) for name in options}

    @field_validator("forbidden_words")
    @classmethod
    def _are_words(cls, words: list[str] | None) -> list[str] | None:
        if words is not None and not all(word.strip() for word in words):
            raise ConfigError("`forbidden_words` holds an empty text, which every instruction contains: remove it.")
        return words

    @model_validator(mode="after")
    def _leaves_instructions(self) -> Self:
        if self.min_words > self.max_words:
            raise ConfigError(
                f"`min_words` is {self.min_words} and `max_words` is {self.max_words}: no instruction can have both."
            )
        return self

    @model_validator(mode="after")
    def _replicas_have_rows(self) -> Self:
        if self.batch and self.replicas > 1:
            raise ConfigError(
                f"`replicas` is {self.replicas} and `batch` is on: a stage sends all of its rows in one batch. Leave "
                "one of them out."
            )
        return self

    @model_validator(mode="after")
    def _gpus_are_for_models_on_ray(self) -> Self:
        if self.gpus_per_replica is not None:
            if self.ray is None:
                raise ConfigError("`gpus_per_replica` is for a cluster of Ray: give `ray` as well, or leave it out.")
            if not any(llm.partition(":")[0] in LOADED_HERE for llm in self.llms.values()):
                raise ConfigError(
                    f"`gpus_per_replica` is for models that the processes load, and {self.llm_in_words} is asked "
                    "elsewhere: leave it out."
                )
        return self

    @field_validator("prices", mode="before")
    @classmethod
    def _are_prices(cls, prices: Any) -> Any:
        return read_prices(prices) if isinstance(prices, dict) else prices

    @field_validator("disabled_rules")
    @classmethod
    def _are_rules(cls, names: list[str]) -> list[str]:
        rule_names(names)
        return names

    def for_stage(self, stage: Stage) -> "RunConfig":
        """The options as they are in one stage.

        A stage with a model of another provider does not take over the address of the run's server.
        """
        own = dict(self.stages.get(stage, {}))
        if "llm" in own and own["llm"].partition(":")[0] != self.llm.partition(":")[0]:
            own.setdefault("base_url", None)
        return self.model_copy(update={**own, "stages": {}})

    def keep_addresses(self, file: str, addresses: frozenset[str]) -> None:
        """Keep in mind, in copies as well, that a file names these addresses and not its user."""
        self._file, self._addresses_in_file = file, addresses

    @property
    def addresses_in_file(self) -> tuple[str, frozenset[str]]:
        """The configuration file, and the addresses that only it names; see `config.trust`."""
        return self._file, self._addresses_in_file

    @property
    def llms(self) -> dict[Stage, str]:
        """The model of each stage that asks one."""
        return {stage: self.for_stage(stage).llm for stage in MODEL_STAGES}

    @property
    def llm_in_words(self) -> str:
        """The models, each once; with the stages that ask it, where there are several."""
        asking: dict[str, list[str]] = {}
        for stage, llm in self.llms.items():
            asking.setdefault(llm, []).append(stage.value)
        if len(asking) == 1:
            return next(iter(asking))
        return ", ".join(f"{llm} ({', '.join(stages)})" for llm, stages in asking.items())

    @property
    def effective_batch_size(self) -> int:
        """Rows that steps hand on at a time. What is made does not depend on it."""
        if self.batch_size != "auto":
            return self.batch_size
        if all(llm.startswith("recorded:") for llm in self.llms.values()):
            return LARGEST_BATCH  # nothing is waited for
        return min(max(self.num_instructions // MOST_BATCHES, 1), LARGEST_BATCH)

    @property
    def models(self) -> dict[Stage, str]:
        """The name of each stage's model, without its provider."""
        return {stage: self.for_stage(stage).model for stage in MODEL_STAGES}

    def cost(self, tokens: Mapping[Stage, Tokens]) -> float | None:
        """What the tokens of the stages cost, in US dollars; None if a price is not known that is needed."""
        models = self.models
        if not any(model in self.prices for model in models.values()):
            return None
        used = {stage: used for stage, used in tokens.items() if used != Tokens()}
        if any(models[stage] not in self.prices for stage in used):
            return None
        return sum(self.prices[models[stage]].cost(of_stage) for stage, of_stage in used.items())

    def assumes_half_price(self, tokens: Mapping[Stage, Tokens]) -> bool:
        """Whether the cost of the tokens rests on half the price for batches, since no other is known."""
        models = self.models
        return any(
            (used.batch_input or used.batch_output)
            and models[stage] in self.prices
            and self.prices[models[stage]].batch is None
            for stage, used in tokens.items()
        )


ASKING_OPTIONS = (
    *("llm", "base_url", "extra_body", "thinking", "thinking_tokens", "max_in_flight", "requests_per_minute"),
    *("tokens_per_minute", "request_timeout", "threads", "request_retries", "batch", "random_seed", "max_requests"),
    *("max_tokens", "max_cost", "max_minutes", "max_wait_minutes", "max_failures", "prices"),
)
"""The options of a run that count wherever a model is asked, as for predictions: how it is asked, and how much."""
