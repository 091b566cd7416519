"""What is wrong with options, as sentences."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError, ValidationInfo, model_validator
from typing_extensions import Self

from distilabel_selfinstruct.errors import ConfigError

Place = Callable[[str], str]
"""What is to be said after the value of an option, such as " in run.yaml"."""

MAX_QUOTED = 200
"""Characters of a value that an error quotes."""


class CheckedOptions(BaseModel):
    """Base of all that has options: a wrong one is an error of ours, with a sentence for each fault.

    A validation context may have a `Place` under "place".
    """

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_in_sentences(cls, options: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        try:
            return handler(options)
        except ValidationError as error:
            place = (info.context or {}).get("place", lambda _: "")
            raise ConfigError(fault_sentences(error, cls.model_fields, place)) from error


def fault_sentences(error: ValidationError, known: Iterable[str], place: Place) -> str:
    """A sentence for each fault: the option, its value, where it stood, and what it should be.

    Args:
        error: what pydantic found.
        known: the names of all options.
        place: what is to be said after the value of an option.
    """
    parts = []
    for fault in error.errors():
        name = _named(*map(str, fault["loc"]))
        where = place(str(fault["loc"][0]) if fault["loc"] else "")
        if fault["type"] == "extra_forbidden":
            parts.append(f"There is no option {'.'.join(map(str, fault['loc']))!r}{where}: use {', '.join(known)}.")
        elif fault["type"] == "missing":
            parts.append(f"{name} is missing{where}: give it a value.")
        else:
            parts.append(f"{name} is {_quoted(fault['input'])}{where}: {_remedy(fault['msg'])}.")
    return " ".join(parts)


def _named(option: str = "", *path: str) -> str:
    """An option, with the path in its value; in backticks, as all options that errors name."""
    return ".".join((f"`{option}`", *path)) if option else "The configuration"


def _remedy(message: str) -> str:
    """What the value should be, from pydantic's "Input should be …" or "String should have …"."""
    subject, should, rest = message.removeprefix("Value error, ").rstrip(".").partition("should ")
    return f"it should {rest}" if should and subject.count(" ") <= 1 else f"{subject}{should}{rest}"


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
