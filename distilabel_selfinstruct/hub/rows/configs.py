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
    """The type of a column, and its meaning in a sentence."""

    kind: Kind
    meaning: str


@dataclass(frozen=True, slots=True)
class TableConfig:
    """A table that `load_dataset(repo, name)` reads: its columns, by name."""

    name: str
    summary: str
    columns: Mapping[str, Column]

    def row(self, values: Row) -> Row:
        """The values of the table's columns. Missing values are empty."""
        return {
            name: _EMPTY[column.kind] if values.get(name) is None else values[name]
            for name, column in self.columns.items()
        }


_NEAREST = {
    "nearest_instruction": Column("string", "The most similar instruction in the pool before, seeds included."),
    "nearest_rouge_l": Column("float64", "Its ROUGE-L F1 with the instruction, from 0 to 1."),
}
_ORIGIN = {
    "request": Column("int64", "The number of the request that the instruction came from, counted from 0."),
    "model_name": Column("string", "The model that wrote it."),
}
_RECORD = Column("string", "The identity of the instance: a hash of its texts as the model wrote them.")

INSTANCES = TableConfig(
    "instances",
    "One worked example of a task per row: the rows to train on.",
    {
        "instruction": Column("string", "What to do."),
        "input": Column("string", "What to do it with; empty if the instruction alone suffices."),
        "output": Column("string", "The answer."),
        "is_classification": Column("bool", "Whether the answers to the task are a small set of labels."),
        **_NEAREST,
        **_ORIGIN,
        "record": _RECORD,
        "review": Column("string", "`kept`, `dropped` or `undecided` by its raters; `unreviewed` without a review."),
        "corrected": Column("bool", "Whether a rater rewrote the output."),
    },
)

INSTRUCTIONS = TableConfig(
    "instructions",
    "One instruction per row. Instructions without an instance are included unless people reviewed the run.",
    {
        "instruction": INSTANCES.columns["instruction"],
        "is_classification": INSTANCES.columns["is_classification"],
        "num_instances": Column("int64", "The number of its rows in `instances`."),
        **_NEAREST,
        **_ORIGIN,
    },
)

SFT = TableConfig(
    "sft",
    "The instances as conversations for supervised fine-tuning, one per row.",
    {"messages": Column("messages", "A message of the user and a message of the assistant.")},
)

RATINGS = TableConfig(
    "ratings",
    "One answer per row: of one person, to one question, about one instance.",
    {
        "record": _RECORD,
        "instruction": Column("string", "Its instruction; empty if the instance is not in this dataset."),
        "is_classification": INSTANCES.columns["is_classification"],
        "rater": Column("string", "The person who answered, under a pseudonym."),
        "question": Column("string", "The question."),
        "value": Column("string", "The answer: `yes` or `no`, a letter from A (best) to D, or a text."),
        "date": Column("string", "The day of the answer (UTC)."),
    },
)

REJECTIONS = TableConfig(
    "rejections",
    "The texts that the rules dropped, one per row. They are not for training: they show what the rules do.",
    {
        "stage": Column("string", "The stage in which it was dropped."),
        "reason": Column("string", "The rule that dropped it."),
        "detail": Column("string", "What decided: a word, a length, a score."),
        "text": Column("string", "The dropped text."),
        "instruction": Column("string", "The instruction that the text belonged to; empty if it was an instruction."),
        "request": _ORIGIN["request"],
    },
)
