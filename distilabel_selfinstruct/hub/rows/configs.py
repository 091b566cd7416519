"""The tables of a published dataset: their columns, with declared types, in the order of the card."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["string", "bool", "int64", "float64", "messages"]
"""The type of a column. `messages` is a list of objects with the texts `role` and `content`."""

# No column is ever null: a column that is null throughout has no type, and rows cannot be added to it later.
_EMPTY: dict[Kind, Any] = {"string": "", "bool": False, "int64": 0, "float64": 0.0, "messages": []}


@dataclass(frozen=True, slots=True)
class TableConfig:
    """A table that `load_dataset(repo, name)` gives. `columns` pairs each column's type with its meaning."""

    name: str
    summary: str
    columns: dict[str, tuple[Kind, str]]

    def row(self, values: dict[str, Any]) -> dict[str, Any]:
        """These values as a row of the table: its columns only, an empty value where there is none."""
        return {
            name: _EMPTY[kind] if values.get(name) is None else values[name] for name, (kind, _) in self.columns.items()
        }


_NEAREST: dict[str, tuple[Kind, str]] = {
    "nearest_instruction": ("string", "The most similar instruction that was in the pool before, seeds included."),
    "nearest_rouge_l": ("float64", "Its ROUGE-L F1 with the instruction, from 0 to 1."),
}
_ORIGIN: dict[str, tuple[Kind, str]] = {
    "request": ("int64", "Number of the request that brought the instruction, from 0."),
    "model_name": ("string", "The model that wrote it."),
}
_RECORD: tuple[Kind, str] = ("string", "Identity of the instance: a hash of its texts as the model wrote them.")

INSTANCES = TableConfig(
    "instances",
    "One worked example of a task per row: what to train on.",
    {
        "instruction": ("string", "What to do."),
        "input": ("string", "What to do it with; empty where the instruction alone suffices."),
        "output": ("string", "The answer."),
        "is_classification": ("bool", "Whether the task has a small set of labels as its answers."),
        **_NEAREST,
        **_ORIGIN,
        "record": _RECORD,
        "review": ("string", "`kept`, `dropped` or `undecided` by its raters; `unreviewed` if there was no review."),
        "corrected": ("bool", "Whether a rater wrote the output anew."),
    },
)

INSTRUCTIONS = TableConfig(
    "instructions",
    "One instruction per row, those without an instance included where the review allows.",
    {
        "instruction": INSTANCES.columns["instruction"],
        "is_classification": INSTANCES.columns["is_classification"],
        "num_instances": ("int64", "How many rows of `instances` it has."),
        **_NEAREST,
        **_ORIGIN,
    },
)

SFT = TableConfig(
    "sft",
    "The instances as conversations for supervised fine-tuning, one per row.",
    {"messages": ("messages", "A turn of the user and a turn of the assistant.")},
)

RATINGS = TableConfig(
    "ratings",
    "One answer of one person to one question about one instance per row.",
    {
        "record": _RECORD,
        "instruction": ("string", "Its instruction; empty if the instance is not in this dataset."),
        "is_classification": INSTANCES.columns["is_classification"],
        "rater": ("string", "Who answered, under a name that stands for the person's."),
        "question": ("string", "Which question."),
        "value": ("string", "The answer: `yes` or `no`, a letter from A (best) to D, or a text."),
        "date": ("string", "The day of the answer (UTC)."),
    },
)

REJECTIONS = TableConfig(
    "rejections",
    "What the filters dropped, one text per row. Not for training: it shows what the rules do.",
    {
        "stage": ("string", "Where it was dropped."),
        "reason": ("string", "The rule that dropped it."),
        "detail": ("string", "What decided: a word, a length, a score."),
        "text": ("string", "The dropped text."),
        "instruction": ("string", "The instruction it belonged to; empty for an instruction."),
        "request": _ORIGIN["request"],
    },
)
