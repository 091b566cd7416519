"""Rendering: the words of a template folder, its worked examples, and the task at hand.

A completion prompt is a string that a base model continues. A chat prompt is a system and a user message
that ask for the same response format.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import shorten
from typing import Literal, TypedDict, cast

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.languages import Pack, find_pack, pack_names, reading_pack
from distilabel_selfinstruct.records import Instance

PromptForm = Literal["completion", "chat"]


class ChatMessage(TypedDict):
    """A message in the format of the OpenAI chat API."""

    role: str
    content: str


Prompt = str | list[ChatMessage]

Words = dict[str, dict[str, str]]

# What `prompts.yaml` must hold, and the slots in it to be filled.
_REQUIRED: dict[str, tuple[str, ...]] = {
    "instruction_generation": (
        "completion",
        "completion_classification",
        "system",
        "chat",
        "chat_classification",
    ),
    "classification": ("completion", "question", "system", "chat"),
    "input_first": ("completion", "system", "chat"),
    "output_first": ("completion", "system", "chat"),
}

NUM_NEW_INSTRUCTIONS = 8
"""How many new instructions a chat prompt asks for; a completion prompt is continued until a stop sequence."""

_SLOT = re.compile(r"\{(\w+)\}")


def collapse_whitespace(text: str) -> str:
    """The text on one line, single-spaced."""
    return " ".join(text.split())


def prompt_text(prompt: Prompt) -> str:
    """All that a prompt says, in one text: a completion prompt, or the contents of the messages of a chat."""
    if isinstance(prompt, str):
        return prompt
    return "\n".join(message["content"] for message in prompt)


@dataclass(frozen=True)
class PromptSet:
    """The prompts of one language, ready to render. `markers` are those that prompts show, by kind."""

    words: Words
    markers: dict[str, str]
    classification_examples: tuple[tuple[str, bool], ...]
    input_first_examples: tuple[tuple[str, tuple[Instance, ...]], ...]
    output_first_examples: tuple[tuple[str, tuple[Instance, ...]], ...]

    def instruction_generation(
        self,
        instructions: Sequence[str],
        *,
        form: PromptForm,
        classification_only: bool = False,
    ) -> Prompt:
        """The in-context instructions as a numbered list, to be continued (paper, table 5).

        As in the reference, whitespace is collapsed and a colon at the end of an instruction is left out.
        """
        words = self.words["instruction_generation"]
        variant = "_classification" if classification_only else ""
        listed = [collapse_whitespace(instruction).rstrip(":") for instruction in instructions]
        examples = "\n".join(f"{number}. {instruction}" for number, instruction in enumerate(listed, 1))
        first = len(listed) + 1
        if form == "completion":
            return f"{words['completion' + variant]}\n{examples}\n{first}."
        last = first + NUM_NEW_INSTRUCTIONS - 1
        return _chat(words, "chat" + variant, examples=examples, first=str(first), last=str(last))

    def classification(self, instruction: str, *, form: PromptForm) -> Prompt:
        """The question whether the task is a classification task, after 31 answered ones (paper, table 6)."""
        words, question = self.words["classification"], self.words["classification"]["question"]
        task = collapse_whitespace(instruction)
        if form == "completion":
            examples = self._classified
            return f"{words['completion']}\n\n{examples}\n\n{self.markers['task']}: {task}\n{question}"
        return _chat(words, "chat", examples=self._classified, instruction=task, question=question)

    def instances(self, instruction: str, *, is_classification: bool, form: PromptForm) -> Prompt:
        """The request for instances: output-first for classification tasks, else input-first (tables 7 and 8)."""
        words = self.words["output_first" if is_classification else "input_first"]
        examples = self._output_first if is_classification else self._input_first
        task = collapse_whitespace(instruction)
        if form == "completion":
            return f"{words['completion']}\n\n{examples}\n\n{self.markers['task']}: {task}\n"
        return _chat(words, "chat", examples=examples, instruction=task)

    # The examples are the same in each request.

    @cached_property
    def _classified(self) -> str:
        marker, question = self.markers, self.words["classification"]["question"]
        return "\n\n".join(
            f"{marker['task']}: {example}\n{question} {marker['yes' if verdict else 'no']}"
            for example, verdict in self.classification_examples
        )

    @cached_property
    def _output_first(self) -> str:
        return "\n\n".join(_output_first(task, shown, self.markers) for task, shown in self.output_first_examples)

    @cached_property
    def _input_first(self) -> str:
        return "\n\n".join(_input_first(task, shown, self.markers) for task, shown in self.input_first_examples)

    @property
    def shown_instances(self) -> frozenset[Instance]:
        """The instances that the requests for instances show as examples, input-first and output-first."""
        examples = (*self.input_first_examples, *self.output_first_examples)
        return frozenset(instance for _, instances in examples for instance in instances)


def load_prompts(prompts: str | os.PathLike[str] = "en", language: str | os.PathLike[str] = "en") -> PromptSet:
    """The prompts of a packaged language ("en"), or of a folder laid out like the packaged ones.

    Args:
        prompts: the language or the folder.
        language: whose markers a folder shows that has none of its own.

    Raises:
        ConfigError: there is no such language or folder, or a file of it is missing or malformed.
    """
    own = find_pack(prompts)
    folder, pack = (own.folder, own) if own else (Path(prompts), reading_pack(language))
    if not (folder / "prompts.yaml").is_file():
        known = ", ".join(name for name in pack_names() if (found := find_pack(name)) and found.has_prompts)
        raise ConfigError(
            f"There are no prompts {os.fspath(prompts)!r}: use a packaged language ({known}), or a folder that holds "
            "prompts.yaml, classification.jsonl, input_first.jsonl and output_first.jsonl."
        )
    try:
        return PromptSet(
            words=_load_words(folder / "prompts.yaml", shown_markers(pack)),
            markers=shown_markers(pack),
            classification_examples=tuple(
                (_text(row["instruction"]), bool(row["is_classification"]))
                for row in jsonl.read(folder / "classification.jsonl")
            ),
            input_first_examples=_load_examples(folder / "input_first.jsonl"),
            output_first_examples=_load_examples(folder / "output_first.jsonl"),
        )
    except InputFileError as error:
        raise ConfigError(str(error)) from error
    except (KeyError, TypeError) as error:
        lacks = f"lacks {error}" if isinstance(error, KeyError) else f"is damaged ({error})"
        raise ConfigError(f"A row of the examples in {folder} {lacks}: compare the packaged ones.") from error


def shown_markers(pack: Pack) -> dict[str, str]:
    """The markers that prompts show, by the names of their slots."""
    words = pack.own_markers
    kinds = {
        "task": words.task,
        "example": words.example,
        "input": words.input,
        "output": words.output,
        "label": words.class_label,
    }
    return {**{kind: known[0] for kind, known in kinds.items()}, "yes": pack.yes, "no": pack.no}


def _load_words(path: Path, markers: dict[str, str]) -> Words:
    try:
        words = load_yaml(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read the prompts in {path}: {error}.") from error
    for section, names in _REQUIRED.items():
        for name in names:
            held = words.get(section) if isinstance(words, dict) else None
            if not isinstance(held, dict) or not isinstance(held.get(name), str):
                raise ConfigError(f"{path} lacks the text {section}.{name}: copy it from the English prompts.")
    return {
        section: {name: _filled(text, markers) for name, text in texts.items()}
        for section, texts in cast("Words", words).items()
    }


def _load_examples(path: Path) -> tuple[tuple[str, tuple[Instance, ...]], ...]:
    return tuple(
        (
            _text(row["instruction"]),
            tuple(Instance(_text(held["input"]), _text(held["output"])) for held in row["instances"]),
        )
        for row in jsonl.read(path)
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"it has {shorten(repr(value), 60, placeholder='...')} in place of a text")
    return value


def _input_first(task: str, instances: Sequence[Instance], marker: dict[str, str]) -> str:
    lines = [f"{marker['task']}: {task}"]
    for number, instance in enumerate(instances, 1):
        if instance.input:
            lines += [f"{marker['example']} {number}", f"{marker['input']}: {instance.input}"]
        lines.append(f"{marker['output']}: {instance.output}")
    return "\n".join(lines)


def _output_first(task: str, instances: Sequence[Instance], marker: dict[str, str]) -> str:
    lines = [f"{marker['task']}: {task}"]
    for instance in instances:
        lines += [f"{marker['label']}: {instance.output}", instance.input]
    return "\n".join(lines)


def _chat(words: dict[str, str], name: str, **slots: str) -> list[ChatMessage]:
    # One pass, and not str.format: tasks and examples hold braces of their own.
    return [{"role": "system", "content": words["system"]}, {"role": "user", "content": _filled(words[name], slots)}]


def _filled(text: str, slots: dict[str, str]) -> str:
    return _SLOT.sub(lambda found: slots.get(found[1], found[0]), text)
