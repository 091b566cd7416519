"""The tables of a published dataset and their columns, in the order of the card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from distilabel_selfinstruct.records import Row

Kind = Literal["string", "bool", "int64", "float64", "messages"]
"""The type of a column. `messages` is a list of objects with the texts `role` and `content`."""

# No column is ever null: a column with only nulls has no type, and rows cannot be added to it later.
_EMPTY: dict[Kind, Any] = {"string": "", "bool": False, "int64": 0, "float64": 0.0, "messages": []}


@dataclass(frozen=True, slots=True)
class Column:
    """The type of a column. `meaning` is the key, after `column_`, of the sentence of the card that says what it holds.

    Empty: the name of the column.
    """

    kind: Kind
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class TableConfig:
    """A table that `load_dataset(repo, name)` reads: its columns, by name."""

    name: str
    columns: Mapping[str, Column]

    def row(self, values: Row) -> Row:
        """The values of the table's columns. Missing values are empty."""
        return {
            name: _EMPTY[column.kind] if values.get(name) is None else values[name]
            for name, column in self.columns.items()
        }


_NEAREST = {
    "nearest_instruction": Column("string"),
    "nearest_rouge_l": Column("float64"),
}
_ORIGIN = {
    "request": Column("int64"),
    "model_name": Column("string"),
}
_RECORD = Column("string")

INSTANCES = TableConfig(
    "instances",
    {
        "instruction": Column("string"),
        "input": Column("string"),
        "output": Column("string"),
        "is_classification": Column("bool"),
        **_NEAREST,
        **_ORIGIN,
        "record": _RECORD,
        "review": Column("string"),
        "corrected": Column("bool"),
    },
)

INSTRUCTIONS = TableConfig(
    "instructions",
    {
        "instruction": INSTANCES.columns["instruction"],
        "is_classification": INSTANCES.columns["is_classification"],
        "num_instances": Column("int64"),
        **_NEAREST,
        **_ORIGIN,
    },
)

SFT = TableConfig(
    "sft",
    {"messages": Column("messages")},
)

RATINGS = TableConfig(
    "ratings",
    {
        "record": _RECORD,
        "instruction": Column("string", "ratings_instruction"),
        "is_classification": INSTANCES.columns["is_classification"],
        "rater": Column("string"),
        "question": Column("string"),
        "value": Column("string"),
        "date": Column("string"),
    },
)

REJECTIONS = TableConfig(
    "rejections",
    {
        "stage": Column("string"),
        "reason": Column("string"),
        "detail": Column("string"),
        "text": Column("string"),
        "instruction": Column("string", "rejections_instruction"),
        "request": _ORIGIN["request"],
    },
)
