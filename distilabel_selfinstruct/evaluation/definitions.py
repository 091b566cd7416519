"""What Super-NaturalInstructions says of a task: its definition, its category and its examples."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from typing_extensions import Unpack

from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, Source, open_rows
from distilabel_selfinstruct.reading.columns import lookup
from distilabel_selfinstruct.reading.values import nested

_RENAMED = dict.fromkeys(
    ("task121_atomic_question_rewriting", "task121_zest_question_rewriting"), "task121_zest_text_modification"
)
"""Old predictions and old splits call a task otherwise than its file is called."""


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example of a task that a prompt may show. `explanation` says why it is right or wrong; it may be empty."""

    input: str
    output: str
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A task: its definition, its category, and its examples, right and wrong ones, in their order."""

    instruction: str
    category: str = ""
    positive: tuple[ShownExample, ...] = ()
    negative: tuple[ShownExample, ...] = ()

    @property
    def demo(self) -> str | None:
        """The output of the first positive example; None without one."""
        return self.positive[0].output if self.positive else None


def read_definitions(source: Source, **reading: Unpack[ReadingArguments]) -> dict[str, TaskFacts]:
    """Definitions of tasks, by their names: rows with `Task`, `Definition`, `Categories` and `Positive Examples`.

    Raises:
        InputFileError: the source cannot be read, or has no row that can be used.
    """
    rows = open_rows(source, replace(ReadOptions(**reading), columns=None), quiet=True)
    found: dict[str, TaskFacts] = {}
    for read in rows.originals():
        original = read.original if isinstance(read.original, dict) else {}
        name, facts = first_text(lookup(original, "Task")), facts_of(original)
        if not name or facts is None:
            rows.skip(read, "has no Task and Definition")
            continue
        found[current_name(name)] = facts
    rows.require_usable(len(found))
    return found


def facts_of(original: Mapping[str, Any]) -> TaskFacts | None:
    """What an object with `Definition`, `Categories`, `Positive Examples` and `Negative Examples` says of its task.

    The first definition and the first category count, as for the reference. None if there is no definition.
    """
    definition = first_text(lookup(original, "Definition"))
    if not definition:
        return None
    return TaskFacts(
        definition,
        category_of(lookup(original, "Categories")),
        _examples(lookup(original, "Positive Examples")),
        _examples(lookup(original, "Negative Examples")),
    )


def current_name(name: str) -> str:
    """The name of a task as its file has it."""
    return _RENAMED.get(name, name)


def category_of(value: object) -> str:
    """The first of the categories, as the reference names it: "title_generation" for "Title Generation"."""
    return "_".join(first_text(value).lower().split())


def first_text(value: object) -> str:
    """A text, or the first one of a list, or a number; empty for all else."""
    value = nested(value)
    if isinstance(value, list):
        value = value[0] if value else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _examples(value: object) -> tuple[ShownExample, ...]:
    value = nested(value)
    shown = []
    for one in value if isinstance(value, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("output"), str):
            texts = (one.get(name) for name in ("input", "explanation"))
            given, explanation = (text if isinstance(text, str) else "" for text in texts)
            shown.append(ShownExample(given, one["output"], explanation))
    return tuple(shown)
