"""How the paper samples from the model at each stage (paper, appendix A.1)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from math import isfinite, nan
from typing import Any, Literal

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import Stage

Thinking = Literal["off", "on", "minimal", "low", "medium", "high", "xhigh", "max"]
"""Whether a reasoning model thinks before it answers, or how hard. The paper's models did not."""

THINKING_TOKENS = 4096
"""How many tokens thoughts may take by default, on top of the paper's limit for an answer."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """Sampling parameters of one request. `max_tokens` counts new tokens; `stop` ends the answer before itself.

    `extra` are parameters that the paper does not have, by name, each with its value as JSON.
    """

    temperature: float
    top_p: float
    presence_penalty: float
    frequency_penalty: float
    max_tokens: int
    stop: tuple[str, ...]
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def extra_body(self) -> dict[str, Any]:
        """The parameters that the paper does not have, as fields of a request."""
        return {name: json.loads(value) for name, value in self.extra}

    def as_row(self) -> dict[str, Any]:
        """The parameters by name, as a journal keeps them."""
        row = {name: getattr(self, name) for name in PARAMETERS}
        return {**row, "extra": self.extra_body} if self.extra else row


PARAMETERS = tuple(field.name for field in fields(Decoding) if field.name != "extra")
"""The sampling parameters of the paper."""

_RESERVED = frozenset(
    {
        *("model", "messages", "prompt", "n", "stream", "extra", "extra_body"),
        # Clients such as litellm would send the prompts and the key elsewhere.
        *("api_base", "api_key", "api_version", "base_url", "custom_llm_provider", "model_list", "mock_response"),
        *("default_headers", "extra_headers", "headers"),
    }
)
"""What a run sets itself, or cannot do."""

# Parameters of servers that look like slips of the pen for one of the paper's, and are none.
_FREE_NAMES = frozenset({"seed", "top_k", "top_a", "min_p", "min_tokens", "repetition_penalty", "length_penalty"})

# Other names for a parameter of the paper: they would stand beside it.
_OTHER_NAMES = {
    **dict.fromkeys(("max_new_tokens", "max_completion_tokens", "max_output_tokens", "num_predict"), "max_tokens"),
    **dict.fromkeys(("stop_sequences", "stops"), "stop"),
}


# The paper's table. Instances get 300 tokens for classification tasks and 350 for the others.
INSTRUCTION_GENERATION = Decoding(0.7, 0.5, 2.0, 0.0, 1024, ("\n\n", "\n16", "16.", "16 ."))
CLASSIFICATION = Decoding(0.0, 0.0, 0.0, 0.0, 3, ("\n", "Task"))
INPUT_FIRST = Decoding(0.0, 0.0, 1.5, 0.0, 350, ("Example 6", "Task:"))
OUTPUT_FIRST = replace(INPUT_FIRST, max_tokens=300)

EVALUATION = Decoding(0.0, 0.0, 0.0, 0.0, 1024, ())
"""How the paper samples from all models that it evaluates, and from the one that rewrites outputs: greedily."""

# Departure for chat models, which put a blank line, a heading or a remark before the answer: no stop sequence may cut
# that off, and the verdict has room for it.
_CHAT_STOP: dict[Stage, tuple[str, ...]] = {
    Stage.INSTRUCTION_GENERATION: ("\n17",),
    Stage.CLASSIFICATION: (),
    Stage.INSTANCE_GENERATION: ("Example 6",),
}
_CHAT_VERDICT_TOKENS = 16

_WORD = re.compile(r"[A-Za-z]+")


def default_decoding(
    stage: Stage,
    *,
    is_classification: bool = False,
    form: Literal["completion", "chat"] = "completion",
    markers: Mapping[str, str] | None = None,
) -> Decoding:
    """The paper's parameters for a stage.

    Args:
        stage: which one.
        is_classification: chooses between the two kinds of instance generation.
        form: of the prompt.
        markers: those that the prompts show (`PromptSet.markers`): the next task or example ends an answer. Without
            them, those of English.
    """
    if stage is Stage.INSTRUCTION_GENERATION:
        decoding = INSTRUCTION_GENERATION
    elif stage is Stage.CLASSIFICATION:
        decoding = CLASSIFICATION
    else:
        decoding = OUTPUT_FIRST if is_classification else INPUT_FIRST
    if form == "chat":
        room = max(decoding.max_tokens, _CHAT_VERDICT_TOKENS)
        decoding = replace(decoding, stop=_CHAT_STOP[stage], max_tokens=room)
    if markers is None:
        return decoding
    words = {"Task": markers["task"], "Example": markers["example"]}
    translated = [_WORD.sub(lambda found: words.get(found[0], found[0]), text) for text in decoding.stop]
    # Some servers take four stop sequences at most: a native one stands in place of the English one.
    return replace(decoding, stop=tuple(dict.fromkeys(translated)))


def apply_overrides(decoding: Decoding, overrides: dict[str, Any]) -> Decoding:
    """The decoding with some parameters replaced. Numbers may come as text, as from a command line.

    A name that the paper does not have is kept for the server, which may know it, such as `seed`.

    Raises:
        ConfigError: a parameter is misspelled or has a value of the wrong kind.
    """
    values: dict[str, Any] = {}
    extra: dict[str, str] = dict(decoding.extra)
    for name, value in overrides.items():
        if name == "stop":
            if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
                raise ConfigError(f"The sampling parameter stop is {value!r}: make it a list of texts.")
            values[name] = tuple(value)
        elif name in PARAMETERS:
            values[name] = _number(name, value)
        else:
            extra[name] = _free_value(name, value)
    return replace(decoding, **values, extra=tuple(sorted(extra.items())))


def check_extra_body(extra_body: Mapping[str, Any]) -> None:
    """Check that fields for the body of every request are none that the paper or the run decides on.

    Raises:
        ConfigError: one of them is, or has a value that JSON does not know.
    """
    for name, value in extra_body.items():
        if name in PARAMETERS or name in _OTHER_NAMES:
            known = _OTHER_NAMES.get(name, name)
            raise ConfigError(f"The extra field {name!r} is a sampling parameter: use `decoding=STAGE.{known}=VALUE`.")
        _free_value(name, value)


def _free_value(name: str, value: object) -> str:
    """The JSON of a value for a parameter that only the server knows."""
    if name in _RESERVED:
        raise ConfigError(f"The parameter {name!r} cannot be given: the run sets it itself.")
    near = _OTHER_NAMES.get(name) or next(iter(get_close_matches(name.lower(), PARAMETERS, n=1, cutoff=0.8)), None)
    if near is not None and name not in _FREE_NAMES:
        raise ConfigError(f"There is no sampling parameter {name!r}: did you mean {near}?")
    try:
        json.dumps(value, ensure_ascii=False).encode()  # as it is sent: half of a surrogate pair cannot be
        text = json.dumps(value, allow_nan=False, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"The parameter {name} is {value!r}, which JSON does not know ({error}).") from error
    if "null" in text and _holds_none(value):
        raise ConfigError(f"The parameter {name} is {value!r}: give a value, or leave out what has none.")
    return text


def _holds_none(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_none, value.values()))
    return any(map(_holds_none, value)) if isinstance(value, list) else value is None


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
