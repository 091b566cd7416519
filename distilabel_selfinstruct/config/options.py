"""What is said about an option beside its type, default, bounds and help: marks in the annotation of its field."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo


class Panel(str, Enum):
    """The groups in which the help of the command lists its options."""

    MODEL = "Model"
    DATA = "Data"
    SAMPLING = "Sampling and filters"
    LIMITS = "Limits"
    MACHINES = "Processes and machines"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """How the command line shows an option: its group, a word for its value, and a short name for it.

    `without_value` is what it means where it stands without a value; None if it must have one.
    """

    panel: Panel
    metavar: str | None = None
    short: str | None = None
    without_value: str | None = None


class _FreeToChange:
    """See `FREE_TO_CHANGE`."""


FREE_TO_CHANGE = _FreeToChange()
"""Marks an option that may differ when a run is resumed: it decides when a run stops and how fast it is, not what it
makes."""


class _PerStage:
    """See `PER_STAGE`."""


PER_STAGE = _PerStage()
"""Marks an option that may have another value in a stage: it says what model is asked, and how."""


def _at_least_one_or_auto(value: object) -> object:
    """A number that may be left to us; the command line gives it as a text.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if value != "auto" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError("should be a whole number from 1 on, or auto")
    return value


NumberOrAuto = Annotated[int | Literal["auto"], BeforeValidator(_at_least_one_or_auto)]
"""A number from 1 on, or a word by which it is left to us."""


def command_line(field: FieldInfo) -> CommandLine | None:
    """How the command line shows a field; None for one that it does not show."""
    return next((mark for mark in field.metadata if isinstance(mark, CommandLine)), None)


def is_free_to_change(field: FieldInfo) -> bool:
    """Whether the option may differ when a run is resumed."""
    return any(mark is FREE_TO_CHANGE for mark in field.metadata)


def is_per_stage(field: FieldInfo) -> bool:
    """Whether the option may have another value in a stage."""
    return any(mark is PER_STAGE for mark in field.metadata)


def bounds(field: FieldInfo) -> dict[str, Any]:
    """The bounds of a field, as keyword arguments of `pydantic.Field`."""
    names = ("ge", "gt", "le", "lt", "min_length")
    return {name: getattr(mark, name) for mark in field.metadata for name in names if hasattr(mark, name)}
