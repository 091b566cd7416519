"""An example to train on, read from a row of any source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.parsing.filters.placeholders import without_placeholder
from distilabel_selfinstruct.records import Reason, Rejection, Row, SeedTask


@dataclass(frozen=True, slots=True)
class Example:
    """A task with its answer, without white space around the texts. `input` may be empty."""

    instruction: str
    input: str
    output: str


def read_example(row: Mapping[str, Any], *, as_reference: bool = False, language: str = "en") -> Example | Rejection:
    """The example in the columns `instruction`, `input` and `output`, or the reason why there is none.

    `input` may be missing. None counts as an empty text, and so does an input that only says that there is none, in
    `language` (a BCP-47 tag or the folder of a pack) or in English.
    `as_reference` keeps such inputs, and rows with an empty output, as the paper's reference implementation does.
    """
    texts = {}
    for column in ("instruction", "input", "output"):
        value = row.get(column)
        if value is not None and not isinstance(value, str):
            return Rejection(repr(value), Reason.UNREADABLE, f"{column} is not a text")
        texts[column] = (value or "").strip()
    if not as_reference:
        texts["input"] = without_placeholder(texts["input"], language)
    if not texts["instruction"]:
        return Rejection(
            texts["output"], Reason.EMPTY, "instruction" if "instruction" in row else "no instruction column"
        )
    if not texts["output"] and not as_reference:
        return Rejection(texts["instruction"], Reason.EMPTY_OUTPUT, "" if "output" in row else "no output column")
    return Example(**texts)


def seed_rows(tasks: Iterable[SeedTask]) -> Iterator[Row]:
    """Seed tasks as rows, a row for each instance. The paper trains on them too."""
    for task in tasks:
        for instance in task.instances:
            yield {"instruction": task.instruction, "input": instance.input, "output": instance.output}
