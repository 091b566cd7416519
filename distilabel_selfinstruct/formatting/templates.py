"""The varied templates of the paper's fine-tuning rows (section 2.3 and appendix A).

An instruction is worded with or without `Task:`, `Input:` and `Output:` and with more or fewer line breaks, so that
the tuned model does not depend on one wording.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.formatting.examples import Example
from distilabel_selfinstruct.formatting.input_texts import input_variants
from distilabel_selfinstruct.languages import english, reading_pack
from distilabel_selfinstruct.records import Mode

_SLOT = re.compile(r"\{(\w*)\}")
_WITH_INPUT = ["input", "instruction"]
_WITHOUT_INPUT = ["instruction"]

END_OF_TEXT = "<|endoftext|>"
"""How a completion of the reference ends: the end token of GPT-3, as text."""


@dataclass(frozen=True, slots=True)
class Template:
    """A wording. `prompt` has the slots `{instruction}` and, for tasks with input, `{input}`."""

    prompt: str

    def fill(self, instruction: str, input: str) -> str:
        """The prompt. Braces inside the texts stay as they are."""
        return self.prompt.format(instruction=instruction, input=input)

    def answer(self, output: str) -> str:
        """The completion. A space precedes the output after `Output:`, and nothing precedes it after a line break."""
        return f" {output}" if self.prompt.endswith(":") else output


@lru_cache(maxsize=32)
def templates_of(language: str) -> tuple[tuple[Template, ...], tuple[Template, ...]]:
    """The templates of a language, with input and without; those of English where its pack has none.

    Raises:
        ConfigError: the file of the templates cannot be used.
    """
    path = reading_pack(language).file("templates.yaml") or english().folder / "templates.yaml"
    try:
        held = load_yaml(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read the templates in {path}: {error}.") from error
    return _wordings(path, held, "with_input", _WITH_INPUT), _wordings(path, held, "without_input", _WITHOUT_INPUT)


def _wordings(path: Path, held: Any, name: str, slots: list[str]) -> tuple[Template, ...]:
    wordings = held.get(name) if isinstance(held, dict) else None
    if not isinstance(wordings, list) or not wordings:
        raise ConfigError(f"{path} lacks the list {name}: copy it from the English pack.")
    for wording in wordings:
        if not isinstance(wording, str) or sorted(_SLOT.findall(wording)) != slots:
            shown = " and ".join(f"{{{slot}}}" for slot in slots)
            raise ConfigError(f"{path} has {wording!r} under {name}: make it a text with {shown}, each once.")
    return tuple(map(Template, wordings))


def templates_for(input: str, language: str = "en") -> tuple[Template, ...]:
    """The templates to draw from: those for tasks with input, or those for tasks without."""
    with_input, without_input = templates_of(language)
    return with_input if input else without_input


def prompt_and_completion(
    example: Example, rng: Random, mode: Mode = "default", end: str = "", language: str = "en"
) -> tuple[str, str]:
    """A training row in a wording that `rng` draws.

    Args:
        example: the task.
        rng: draws the form of the input and then the template. All forms and all templates are equally likely.
        mode: how the input may be changed (see `input_texts`).
        end: a text that closes the completion.
        language: whose wordings; a BCP-47 tag or the folder of a pack.
    """
    given = rng.choice(input_variants(example.input, mode))
    template = rng.choice(templates_for(given, language))
    return template.fill(example.instruction, given), template.answer(example.output) + end
