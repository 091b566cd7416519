"""All that can be chosen about a run, from the command line or a YAML file."""

import json
import os
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from distilabel_selfinstruct.errors import ConfigError, RunFolderError, reading
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.prompts import PromptForm
from distilabel_selfinstruct.records import Mode


class Price(BaseModel):
    """What a million tokens cost, in any currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)


FREE_TO_CHANGE = frozenset(
    {
        "base_url", "batch_size", "max_cost", "max_failures", "max_in_flight", "max_minutes", "max_requests",
        "max_tokens", "min_acceptance", "patience", "prices", "request_retries", "request_timeout",
    }
)  # fmt: skip
"""Options that may differ when a run goes on: they decide when it stops and how fast it is, not what it makes."""


class RunConfig(BaseModel):
    """The options of a run. Each is an option of `selfinstruct run` and a key of its configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    llm: str = Field(default="recorded:demo", description="The model, as PROVIDER:MODEL.")
    base_url: str | None = Field(default=None, description="Address of an OpenAI-compatible server, up to /v1.")
    prompt_form: PromptForm | None = Field(
        default=None,
        description="completion (base models) or chat; unset: completion for recordings, else chat.",
    )
    prompts: str = Field(default="en", description="A packaged language, or a folder of prompts.")
    decoding: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Sampling parameters by stage that override the paper's.",
    )
    seed_tasks: str | None = Field(default=None, description="A seed file; unset: the 175 packaged seed tasks.")
    human_feedback: str | None = Field(
        default=None,
        min_length=1,
        description="Ratings of an earlier run, or its folder: sample what people rated A, never what they rated D.",
    )
    num_instructions: int = Field(default=100, ge=1, description="How many instructions to admit.")
    classification_only: bool = Field(default=False, description="Generate classification tasks only.")
    language: str = Field(default="en", min_length=1, description="BCP-47 tag of the instructions.")
    mode: Mode = Field(default="default", description="default, or strict: what the reference does.")
    tokenizer: Literal["auto", "rouge_score", "unicode"] = Field(
        default="auto", description="Tokenizer of ROUGE-L; auto: rouge_score for English, else unicode."
    )
    max_rouge_l: float = Field(default=0.7, ge=0, le=1, description="The highest ROUGE-L that counts as new.")
    num_prompt_instructions: int = Field(default=8, ge=1, description="Instructions shown in a prompt.")
    num_prompt_generated: int = Field(default=2, ge=0, description="How many of these may be generated ones.")
    max_instances: int = Field(default=5, ge=1, description="The most instances per instruction.")
    random_seed: int = Field(default=42, description="Fixes all sampling on our side.")
    max_in_flight: int = Field(default=5, ge=1, description="Requests under way at a time, per stage.")
    patience: int = Field(
        default=50, ge=1, description="Requests in a row that admit nothing before generation gives up."
    )
    min_acceptance: float = Field(
        default=0.02, ge=0, lt=1, description="Share of candidates admitted lately below which generation gives up."
    )
    sampling_lag: int = Field(
        default=0, ge=0, description="How many requests earlier a prompt sees the pool; 0: chosen from the sizes."
    )
    max_requests: int | None = Field(default=None, ge=1, description="The most requests, of all stages together.")
    max_tokens: int | None = Field(default=None, ge=1, description="The most tokens, in and out together.")
    max_cost: float | None = Field(default=None, gt=0, description="The most to pay; needs prices.")
    max_minutes: float | None = Field(default=None, gt=0, description="The longest time.")
    max_failures: int | None = Field(default=None, ge=0, description="The most failed requests.")
    prices: dict[str, Price] = Field(
        default_factory=dict, description="Price by model: input and output, for a million tokens."
    )
    request_timeout: int = Field(default=120, ge=1, description="Seconds to wait for a response.")
    request_retries: int = Field(default=6, ge=0, description="How often the client retries a request.")
    batch_size: int = Field(default=50, ge=1, description="Rows that steps hand on at a time.")

    @property
    def effective_prompt_form(self) -> PromptForm:
        """The prompt form, decided by the provider where none was chosen."""
        return self.prompt_form or ("completion" if self.llm.startswith("recorded:") else "chat")

    @property
    def model(self) -> str:
        """The model's name, without its provider."""
        return self.llm.partition(":")[2]


def read_yaml(path: str | os.PathLike[str], what: str) -> dict[str, Any]:
    """The mapping in a YAML file; an empty file is an empty one.

    Raises:
        InputFileError: the file cannot be read.
        ConfigError: it holds something else.
    """
    try:
        with reading(path):
            content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"{what.capitalize()} {path} is not YAML: {error}.") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{what.capitalize()} {path} holds a {type(content).__name__}: write one option per line.")
    return content


def load_config(path: str | os.PathLike[str] | None, overrides: dict[str, Any]) -> RunConfig:
    """The configuration in a YAML file (none: the defaults), with the given options on top.

    Raises:
        InputFileError: the file cannot be read.
        ConfigError: an option is unknown or has a value that cannot work.
    """
    options = read_yaml(path, "the configuration") if path is not None else {}
    try:
        return RunConfig(**{**options, **overrides})
    except ValidationError as error:
        raise ConfigError(_sentence(error, path, overrides)) from error
    except TypeError as error:
        raise ConfigError(f"The configuration {path} has a key that is no text: {error}.") from error


def described_run(folder: Path) -> tuple[dict[str, Any], RunConfig]:
    """What `run.json` in the folder of a run says, and the configuration in it.

    Raises:
        RunFolderError: there is no run, or its description is damaged or of another version.
    """
    path = folder / run_layout.DESCRIPTION
    if not path.exists():
        raise RunFolderError(f"{folder} holds no run: {path.name} is missing.", folder)
    try:
        with reading(path, RunFolderError):
            description = json.loads(path.read_text(encoding="utf-8"))
        return description, RunConfig(**description["config"])
    except (ValueError, TypeError, KeyError, ValidationError) as error:
        raise RunFolderError(f"{path} is damaged: it describes no run of this version.", path) from error


def _sentence(error: ValidationError, path: str | os.PathLike[str] | None, overrides: dict[str, Any]) -> str:
    parts = []
    for fault in error.errors():
        name = ".".join(str(part) for part in fault["loc"])
        place = f" in {path}" if path is not None and fault["loc"][0] not in overrides else ""
        if fault["type"] == "extra_forbidden":
            known = ", ".join(RunConfig.model_fields)
            parts.append(f"There is no option {name!r}{place}: use {known}.")
        else:
            message = fault["msg"].removeprefix("Input ")
            parts.append(f"{name} is {fault['input']!r}{place}: it {message}.")
    return " ".join(parts)
