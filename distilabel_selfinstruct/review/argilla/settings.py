"""The settings in `argilla_config`, which say what people see and answer: read, checked and turned into Argilla's own.

Two settings ship: `instances` is the review of generated instances (paper, section 3.3), `comparison` the blind rating
of answers (section 4.4). A user's own file has the same form.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from typing_extensions import Self

from distilabel_selfinstruct.config import read_yaml
from distilabel_selfinstruct.errors import ConfigError, InputFileError, reading
from distilabel_selfinstruct.ratings import answers

if TYPE_CHECKING:
    import argilla as rg

NAMES = ("instances", "comparison")

FIELDS = ("instruction", "input", "output")
"""The texts of a record. A record of a comparison may have a `reference` too."""

YES_NO = (answers.YES, answers.NO)

MAX_GUIDELINES = 10_000
"""Characters; Argilla's own limit."""

MAX_QUOTED = 60
"""Characters of a wrong value that an error message quotes."""

Name = Literal["instruction", "input", "output", "reference"]
Question = Literal["valid_task", "input_appropriate", "output_correct", "overall", "corrected_output", "comment"]
Metadata = Literal[
    "is_classification", "instruction_words", "input_words", "output_words", "nearest_rouge_l", "model", "run", "stage",
    "task",
]  # fmt: skip

MODEL_CONFIG = ConfigDict(extra="forbid", frozen=True, strict=True)


class FieldSettings(BaseModel):
    """A text that is shown, always as plain text."""

    model_config = MODEL_CONFIG

    name: Name
    title: str = Field(min_length=1, max_length=500)
    required: bool = True


class QuestionSettings(BaseModel):
    """A question that is answered by one of several labels, or by a text. `labels` has the text for each value."""

    model_config = MODEL_CONFIG

    name: Question
    type: Literal["label", "text"]
    title: str = Field(min_length=1, max_length=500)
    description: str | None = Field(default=None, min_length=1, max_length=1000)
    required: bool = False
    labels: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_values(self) -> Self:
        values = allowed_values(self.name)
        kind = "label" if values else "text"
        if self.type != kind:
            raise ValueError(f"type of {self.name} must be {kind}")
        if set(self.labels) != set(values):
            raise ValueError(f"labels of {self.name} must be for the values {_listed(values) or 'of no label'}")
        return self


class MetadataSettings(BaseModel):
    """A property of records to filter and sort by."""

    model_config = MODEL_CONFIG

    name: Metadata
    type: Literal["terms", "integer", "float"]
    title: str = Field(min_length=1, max_length=500)
    visible_to_raters: bool = True


class ReviewSettings(BaseModel):
    """Everything that the Argilla dataset of a review shows and asks. `guidelines` is the text itself, in markdown."""

    model_config = MODEL_CONFIG

    guidelines: str = Field(min_length=1, max_length=MAX_GUIDELINES)
    min_submitted: int = Field(default=1, ge=1)
    fields: tuple[FieldSettings, ...] = Field(strict=False)
    questions: tuple[QuestionSettings, ...] = Field(strict=False)
    metadata: tuple[MetadataSettings, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names: list[str] = [field.name for field in self.fields]
        names += [question.name for question in self.questions]
        names += [metadata.name for metadata in self.metadata]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the names {', '.join(twice)} stand there more than once")
        missing = [name for name in FIELDS if name not in names]
        if missing:
            raise ValueError(f"the fields {', '.join(missing)} are missing")
        if not any(question.required for question in self.questions):
            raise ValueError("at least one question must be required")
        return self


def allowed_values(question: str) -> tuple[str, ...]:
    """The possible values of an answer to a question; empty if it is answered by a text."""
    if question in answers.QUALITY_QUESTIONS:
        return YES_NO
    return answers.OVERALL_RATINGS if question == answers.OVERALL else ()


def config_folder(package: Path = Path(__file__).parents[2]) -> Path:
    """The folder of the settings: a wheel has it inside the package, a checkout has it beside the package."""
    inside = package / "argilla_config"
    return inside if inside.is_dir() else package.parent / "argilla_config"


def read_settings(source: str | os.PathLike[str] = "instances") -> ReviewSettings:
    """The settings of this name, or the settings in a YAML file.

    Raises:
        ConfigError: there are no settings of this name, or an entry cannot work; the message names file and key.
        InputFileError: the file or its guidelines cannot be read.
    """
    path = config_folder() / f"{source}.yaml" if source in NAMES else Path(source)
    if not path.is_file():
        raise ConfigError(f"There are no review settings {str(source)!r}: name {_listed(NAMES)}, or a YAML file.")
    entries = read_yaml(path, "the review settings")
    try:
        return ReviewSettings(**{**entries, "guidelines": _guidelines(path, entries.get("guidelines"))})
    except ValidationError as error:
        raise ConfigError(f"{path}: {_faults(error)}.") from error
    except TypeError as error:
        raise ConfigError(f"{path} has a key that is not a text: {error}.") from error


def load_settings(
    source: str | os.PathLike[str] = "instances",
    *,
    client: "rg.Argilla | None" = None,
    min_submitted: int | None = None,
) -> "rg.Settings":
    """The settings as Argilla's own objects.

    Args:
        source: `instances`, `comparison`, or a YAML file.
        client: the connection; by default the last one that was made.
        min_submitted: how many answers complete a record; by default, the number in the settings.

    Raises:
        ConfigError, InputFileError: as in `read_settings`.
    """
    import argilla as rg

    settings = read_settings(source)
    return rg.Settings(  # type: ignore[abstract]  # the abstract method of the SDK is never called
        guidelines=settings.guidelines,
        fields=[
            rg.TextField(name=field.name, title=field.title, required=field.required, use_markdown=False, client=client)
            for field in settings.fields
        ],
        questions=[_question(question, client) for question in settings.questions],
        metadata=[_metadata(metadata, client) for metadata in settings.metadata],
        distribution=rg.TaskDistribution(min_submitted=min_submitted or settings.min_submitted),
    )


def _question(question: QuestionSettings, client: "rg.Argilla | None") -> Any:
    import argilla as rg

    common: dict[str, Any] = {
        "name": question.name,
        "title": question.title,
        "description": question.description,
        "required": question.required,
        "client": client,
    }
    if question.type == "text":
        return rg.TextQuestion(**common, use_markdown=False)
    return rg.LabelQuestion(**common, labels=dict(question.labels))


def _metadata(metadata: MetadataSettings, client: "rg.Argilla | None") -> Any:
    import argilla as rg

    kinds: dict[str, Any] = {
        "terms": rg.TermsMetadataProperty,
        "integer": rg.IntegerMetadataProperty,
        "float": rg.FloatMetadataProperty,
    }
    return kinds[metadata.type](
        metadata.name, title=metadata.title, visible_for_annotators=metadata.visible_to_raters, client=client
    )


def _guidelines(path: Path, name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{path}: guidelines is {name!r} and must name a file in the same folder.")
    guidelines = path.parent / name
    try:
        with reading(guidelines):
            return guidelines.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputFileError(f"The guidelines {guidelines} are not UTF-8: save them as UTF-8.", guidelines) from error


def _faults(error: ValidationError) -> str:
    return "; ".join(_fault(dict(fault)) for fault in error.errors())


def _fault(fault: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    if isinstance(fault["input"], bool):
        return f"{key} is {fault['input']}: write yes and no in quotes"
    if fault["type"] == "extra_forbidden":
        return f"there is no key {key}"
    if fault["type"] == "missing":
        return f"{key} is missing"
    reason = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if fault["type"] == "value_error":
        return f"{key}: {reason}" if key else reason
    value = repr(fault["input"])
    return f"{key} is {value if len(value) <= MAX_QUOTED else value[:MAX_QUOTED] + '…'} and {reason}"


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
