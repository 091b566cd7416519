"""How the paper samples from the model at each stage (paper, appendix A.1)."""

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any, Literal

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import Stage


@dataclass(frozen=True, slots=True)
class Decoding:
    """Sampling parameters of one request. `max_tokens` counts new tokens; `stop` ends the answer before itself."""

    temperature: float
    top_p: float
    presence_penalty: float
    frequency_penalty: float
    max_tokens: int
    stop: tuple[str, ...]


# The paper's table. Instances get 300 tokens for classification tasks and 350 for the others.
INSTRUCTION_GENERATION = Decoding(0.7, 0.5, 2.0, 0.0, 1024, ("\n\n", "\n16", "16.", "16 ."))
CLASSIFICATION = Decoding(0.0, 0.0, 0.0, 0.0, 3, ("\n", "Task"))
INPUT_FIRST = Decoding(0.0, 0.0, 1.5, 0.0, 350, ("Example 6", "Task:"))
OUTPUT_FIRST = replace(INPUT_FIRST, max_tokens=300)

# Departure for chat models, which put a blank line, a heading or a remark before the answer: no stop sequence may cut
# that off, and the verdict has room for it.
_CHAT_STOP: dict[Stage, tuple[str, ...]] = {
    Stage.INSTRUCTION_GENERATION: ("\n17",),
    Stage.CLASSIFICATION: (),
    Stage.INSTANCE_GENERATION: ("Example 6",),
}
_CHAT_VERDICT_TOKENS = 16


def default_decoding(
    stage: Stage, *, is_classification: bool = False, form: Literal["completion", "chat"] = "completion"
) -> Decoding:
    """The paper's parameters for a stage; `is_classification` chooses between the two kinds of instance generation."""
    if stage is Stage.INSTRUCTION_GENERATION:
        decoding = INSTRUCTION_GENERATION
    elif stage is Stage.CLASSIFICATION:
        decoding = CLASSIFICATION
    else:
        decoding = OUTPUT_FIRST if is_classification else INPUT_FIRST
    if form == "chat":
        room = max(decoding.max_tokens, _CHAT_VERDICT_TOKENS)
        decoding = replace(decoding, stop=_CHAT_STOP[stage], max_tokens=room)
    return decoding


def apply_overrides(decoding: Decoding, overrides: dict[str, Any]) -> Decoding:
    """The decoding with some parameters replaced. Numbers may come as text, as from a command line.

    Raises:
        ConfigError: a parameter is unknown or has a value of the wrong kind.
    """
    values: dict[str, Any] = {}
    for name, value in overrides.items():
        if name not in Decoding.__dataclass_fields__:
            known = ", ".join(Decoding.__dataclass_fields__)
            raise ConfigError(f"There is no sampling parameter {name!r}: use {known}.")
        if name == "stop":
            if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
                raise ConfigError(f"The sampling parameter stop is {value!r}: make it a list of texts.")
            values[name] = tuple(value)
        else:
            values[name] = _number(name, value)
    return replace(decoding, **values)


def _number(name: str, value: object) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else nan
    except ValueError:
        number = nan
    if not isfinite(number):
        raise ConfigError(f"The sampling parameter {name} is {value!r}: make it a number.")
    if name in ("temperature", "top_p") and number < 0:
        raise ConfigError(f"The sampling parameter {name} is {value!r}: it cannot be below 0.")
    if name != "max_tokens":
        return number
    if not number.is_integer() or number < 1:
        raise ConfigError(f"The sampling parameter max_tokens is {value!r}: make it a whole number from 1.")
    return int(number)
