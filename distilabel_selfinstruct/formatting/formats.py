"""The training formats, and how an example is written in each of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from distilabel_selfinstruct.arguments import check_fields
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.formatting.chat import Join, answer, question, sharegpt_turns
from distilabel_selfinstruct.formatting.examples import Example
from distilabel_selfinstruct.formatting.templates import END_OF_TEXT, prompt_and_completion
from distilabel_selfinstruct.records import Mode, Row

Format = Literal[
    "self-instruct",
    "openai",
    "trl-conversational",
    "trl-prompt-completion",
    "trl-conversational-prompt-completion",
    "alpaca",
    "sharegpt",
]

FORMATS: tuple[Format, ...] = get_args(Format)

COLUMNS: dict[Format, tuple[str, ...]] = {
    "self-instruct": ("prompt", "completion"),
    "openai": ("messages",),
    "trl-conversational": ("messages",),
    "trl-prompt-completion": ("prompt", "completion"),
    "trl-conversational-prompt-completion": ("prompt", "completion"),
    "alpaca": ("instruction", "input", "output"),
    "sharegpt": ("conversations",),
}
"""The columns of a row in each format. There are no others."""

CHAT_FORMATS: tuple[Format, ...] = (
    "openai",
    "trl-conversational",
    "trl-conversational-prompt-completion",
    "sharegpt",
)
"""The formats that have room for a system prompt."""


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """How examples are written.

    `random_seed` fixes wordings, order and split. `mode` says how inputs may be changed (see `input_texts`) in the two
    formats with varied wordings, `self-instruct` and `trl-prompt-completion`. `end_of_text` closes the completions of
    `self-instruct`. The trainers of the other formats add the end of their model. `language` (a BCP-47 tag or the
    folder of a pack) says whose wordings and labels are used.

    Raises:
        ConfigError: a value does not exist, or the format has no room for a system prompt.
    """

    format: Format = "self-instruct"
    mode: Mode = "default"
    random_seed: int = 42
    system_prompt: str = ""
    join: Join = "blank-line"
    end_of_text: str = END_OF_TEXT
    language: str = "en"

    def __post_init__(self) -> None:
        check_fields(self)
        if self.system_prompt and self.format not in CHAT_FORMATS:
            raise ConfigError(
                f"The format {self.format} has no room for a system prompt: omit it, or use one of "
                f"{', '.join(CHAT_FORMATS)}."
            )

    @property
    def reads_as_reference(self) -> bool:
        """The reference trains on rows as they are, with an empty output or "N/A" for an input; so does `strict`."""
        return self.format == "self-instruct" and self.mode == "strict"

    def random(self, purpose: str, *texts: str) -> Random:
        """A random state that depends only on the seed, the purpose and these texts, not on the order of the rows."""
        return Random(json.dumps([self.random_seed, purpose, *texts]))


def format_example(example: Example, options: FormatOptions) -> Row:
    """The example in the chosen format. Equal examples give equal rows."""
    return _WRITERS[options.format](example, options)


def _self_instruct(example: Example, options: FormatOptions) -> Row:
    return _prompt_completion(example, options, options.end_of_text)


def _trl_prompt_completion(example: Example, options: FormatOptions) -> Row:
    return _prompt_completion(example, options, "")


def _prompt_completion(example: Example, options: FormatOptions, end: str) -> Row:
    rng = options.random("wording", example.instruction, example.input, example.output)
    prompt, completion = prompt_and_completion(example, rng, options.mode, end, options.language)
    return {"prompt": prompt, "completion": completion}


def _messages(example: Example, options: FormatOptions) -> Row:
    return {"messages": question(example, options.system_prompt, options.join, options.language) + answer(example)}


def _conversational_prompt_completion(example: Example, options: FormatOptions) -> Row:
    return {
        "prompt": question(example, options.system_prompt, options.join, options.language),
        "completion": answer(example),
    }


def _alpaca(example: Example, options: FormatOptions) -> Row:  # noqa: ARG001 - every writer has the same signature
    return {"instruction": example.instruction, "input": example.input, "output": example.output}


def _sharegpt(example: Example, options: FormatOptions) -> Row:
    return {"conversations": sharegpt_turns(_messages(example, options)["messages"])}


_WRITERS: dict[Format, Callable[[Example, FormatOptions], Row]] = {
    "self-instruct": _self_instruct,
    "openai": _messages,
    "trl-conversational": _messages,
    "trl-prompt-completion": _trl_prompt_completion,
    "trl-conversational-prompt-completion": _conversational_prompt_completion,
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
}
