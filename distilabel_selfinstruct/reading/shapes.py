"""The shapes of rows that people have, and how each becomes rows of this package."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from distilabel_selfinstruct.files.jsonl import json_kind
from distilabel_selfinstruct.reading.columns import find, has_column, known_columns, lookup
from distilabel_selfinstruct.reading.conversations import COLUMNS, first_exchange, is_conversation, is_sharegpt
from distilabel_selfinstruct.reading.values import nested, objects_of, text_of, texts_of
from distilabel_selfinstruct.records import Completion, Row
from distilabel_selfinstruct.task_types import read_task_type


class Shape(str, Enum):
    """What rows look like. The value is how a message calls it."""

    COLUMNS = "columns"
    ALPACA = "Alpaca rows"
    DOLLY = "Dolly rows"
    SHAREGPT = "ShareGPT conversations"
    MESSAGES = "OpenAI messages"
    PROMPT_MESSAGES = "prompts and completions as messages"
    SEEDS = "tasks with instances"
    GENERATED_INSTANCES = "instances that the reference implementation generated"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Mapped:
    """The rows that a row of a file becomes. `more_turns` says that it is a conversation of several exchanges."""

    rows: tuple[Row, ...]
    more_turns: bool = False


@dataclass(frozen=True, slots=True)
class Recognized:
    """The shape of the rows of a file, and the columns that hold what: `columns` leads from our names to the file's.

    A row that lacks the columns may be of another shape, unless the user has `given` some of them.
    """

    shape: Shape
    columns: Mapping[str, str]
    given: bool = False

    @property
    def description(self) -> str:
        """What the rows are read as, as the end of a sentence."""
        if "conversations" in self.columns:
            return f"{self.shape.value} in {self.columns['conversations']!r}"
        renamed = [f"{column} as {ours}" for ours, column in self.columns.items() if column != ours]
        same = [ours for ours, column in self.columns.items() if column == ours]
        name = "" if self.shape is Shape.COLUMNS else self.shape.value
        listed = ", ".join([*renamed, *same])
        return f"{name} ({listed})" if name and listed else name or listed or "rows"

    def map(self, value: object, *, several: bool = False) -> Mapped:
        """The rows in a row of the file, with the columns of this package and those that are not ours.

        Args:
            value: the row.
            several: whether an output may be a list of texts, as references are.

        Raises:
            ValueError: a value cannot be read. The message says what is wrong, as the end of a sentence.
        """
        if isinstance(value, str) and self.shape is Shape.TEXTS:
            return Mapped(({"instruction": value},))
        if not isinstance(value, dict):
            raise ValueError(f"is {json_kind(value)}, not an object")  # noqa: TRY004 - it is data
        telling = self.columns.get("instruction") or self.columns.get("conversations")
        if telling is not None and lookup(value, telling) is None and not self.given:
            own = recognize([value], {})
            if own != self and own.columns.keys() & {"instruction", "conversations"}:
                return own.map(value, several=several)
        used = {find(column, value) for column in self.columns.values()}
        others = {name: part for name, part in value.items() if name not in used}
        task_type = read_task_type(lookup(value, self.columns.get("is_classification", "is_classification")))
        if task_type is not None:
            others["is_classification"] = task_type
        if self.shape in {Shape.SHAREGPT, Shape.MESSAGES, Shape.PROMPT_MESSAGES}:
            return self._conversation(value, others)
        return Mapped(tuple(self._rows(value, others, several=several)))

    def _rows(self, value: Row, others: Row, *, several: bool) -> Iterable[Row]:
        row = {"instruction": self._text(value, "instruction"), **others}
        if self.shape is Shape.SEEDS:
            yield from ({**row, **instance} for instance in self._instances(value))
        elif self.shape is Shape.GENERATED_INSTANCES:
            yield from [{**row, **instance} for instance in _generated(value, row)] or [row]
        else:
            if "input" in self.columns:
                row["input"] = self._text(value, "input")
            if "output" in self.columns:
                row["output"] = self._text(value, "output", several=several)
            yield _in_order(row)

    def _text(self, value: Row, ours: str, *, several: bool = False) -> Any:
        column = self.columns.get(ours, ours)
        try:
            return (texts_of if several else text_of)(lookup(value, column))
        except ValueError as error:
            raise ValueError(f"has under {column!r} what {error}") from None

    def _conversation(self, value: Row, others: Row) -> Mapped:
        column = self.columns["conversations"]
        turns = nested(lookup(value, column))
        if self.shape is Shape.PROMPT_MESSAGES and isinstance(turns, list):
            answers = (objects_of(value.get(name)) for name in ("completion", "chosen", "response"))
            turns = [*turns, *next(filter(None, answers), ())]
        try:
            exchange = first_exchange(turns)
        except ValueError as error:
            raise ValueError(f"has under {column!r} what {error}") from None
        row: Row = {"instruction": exchange.question, "input": "", "output": exchange.answer}
        if exchange.system:
            row["system"] = exchange.system
        return Mapped(({**row, **others},), more_turns=exchange.more)

    def _instances(self, value: Row) -> Iterable[Row]:
        column = self.columns["instances"]
        instances = objects_of(lookup(value, column))
        if instances is None:
            raise ValueError(f"has no list of instances under {column!r}")
        try:
            for one in instances:
                yield {"input": text_of(one.get("input")) or "", "output": text_of(one.get("output"))}
        except ValueError as error:
            raise ValueError(f"has an instance with what {error}") from None


def recognize(values: Sequence[object], given: Mapping[str, str]) -> Recognized:
    """The shape of rows.

    Args:
        values: the first rows of a file.
        given: the columns that the user has named, from our names to the file's.
    """
    if values and all(isinstance(value, str) for value in values):
        return Recognized(Shape.TEXTS, {})
    rows = [value for value in values if isinstance(value, dict)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    given = {ours: find(column, names) or column for ours, column in given.items()}
    columns = known_columns(names, {ours: column for ours, column in given.items() if ours not in {"id", "name"}})
    shape, columns = _shape_and_columns(names, rows, columns, given)
    return Recognized(shape, columns, given=bool(given))


def _shape_and_columns(
    names: Sequence[str], rows: Sequence[Row], columns: dict[str, str], given: Mapping[str, str]
) -> tuple[Shape, dict[str, str]]:
    conversation = _conversation_column(names, rows, given)
    if conversation is not None and not ({"instruction", "output"} <= columns.keys() and "conversations" not in given):
        value = next((value for row in rows if (value := lookup(row, conversation)) is not None), None)
        shape = Shape.SHAREGPT if is_sharegpt(value) else Shape.MESSAGES
        return shape, _only(columns, "is_classification", conversations=conversation)
    prompt = columns.get("instruction")
    if prompt is not None and any(isinstance(row.get(prompt), list) and is_conversation(row[prompt]) for row in rows):
        return Shape.PROMPT_MESSAGES, _only(columns, "is_classification", conversations=prompt)
    if prompt is not None and "output" not in given:
        instances = given.get("instances") or find("instances", names)
        if instances is not None and any(objects_of(lookup(row, instances)) for row in rows):
            return Shape.SEEDS, _only(columns, "instruction", "is_classification", instances=instances)
        if "raw_instances" in names and "output" not in columns:
            return Shape.GENERATED_INSTANCES, _only(columns, "instruction", "is_classification")
    return _shape(columns), columns


def _shape(columns: Mapping[str, str]) -> Shape:
    named = (columns.get("instruction"), columns.get("input"), columns.get("output"))
    if named == ("instruction", "context", "response"):
        return Shape.DOLLY
    if named in {("instruction", "input", "output"), ("instruction", None, "output")}:
        return Shape.ALPACA
    return Shape.COLUMNS


def _conversation_column(names: Sequence[str], rows: Sequence[Row], given: Mapping[str, str]) -> str | None:
    if "conversations" in given:
        return given["conversations"]
    found = (name for wanted in COLUMNS if (name := find(wanted, names)) is not None)
    return next((name for name in found if any(_has_turns(row.get(name)) for row in rows)), None)


def _has_turns(value: object) -> bool:
    value = nested(value)
    texts = isinstance(value, list) and bool(value) and all(isinstance(turn, str) for turn in value)
    return texts or is_conversation(value)


def _only(columns: Mapping[str, str], *names: str, **more: str) -> dict[str, str]:
    return {**{name: columns[name] for name in names if name in columns}, **more}


def _generated(value: Row, row: Row) -> Iterable[Row]:
    """The instances in a response as the reference implementation keeps it, before its own parsing."""
    from distilabel_selfinstruct.parsing.filtered import read_instances  # many tables of words

    response = text_of(value.get("raw_instances"))
    if response is None:
        return
    reason = None
    metadata = value.get("instance_metadata")
    if isinstance(metadata, Mapping):
        choices = lookup(metadata, "response.choices")
        reason = choices[0].get("finish_reason") if isinstance(choices, list) and choices else None
    parsed = read_instances(
        Completion(response, reason if isinstance(reason, str) else None),
        is_classification=bool(row.get("is_classification")),
        instruction=row.get("instruction") or "",
    )
    for instance in parsed.kept:
        yield {"input": instance.input, "output": instance.output}


def _in_order(row: Row) -> Row:
    """The row with our columns first."""
    ours = ("instruction", "input", "output")
    return {**{name: row[name] for name in ours if name in row}, **row}


def missing_columns(values: Iterable[object], recognized: Recognized) -> list[str]:
    """The columns of `recognized` that none of the rows has."""
    rows = [value for value in values if isinstance(value, dict)]
    return [column for column in recognized.columns.values() if rows and not has_column(rows, column)]
