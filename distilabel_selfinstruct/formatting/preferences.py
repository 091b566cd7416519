"""Pairs for preference training: the output of a stronger model against that of the model that made the task."""

from collections.abc import Mapping
from typing import Any

from distilabel_selfinstruct.formatting.examples import read_example
from distilabel_selfinstruct.formatting.formats import FormatOptions, format_example
from distilabel_selfinstruct.records import Rejection, Row


def preference_row(row: Mapping[str, Any], options: FormatOptions) -> Row | None:
    """A row with `prompt`, `chosen` and `rejected`, as TRL's preference trainers read it.

    Args:
        row: with `instruction`, `input`, `output` and `original_output`.
        options: of the format `trl-prompt-completion`, whose wordings are used.

    Returns:
        None where the two outputs are alike, or one is missing.
    """
    new = read_example(row)
    old = read_example({**row, "output": row.get("original_output")})
    if isinstance(new, Rejection) or isinstance(old, Rejection) or new.output == old.output:
        return None
    made = format_example(new, options)
    before = made["completion"][: len(made["completion"]) - len(new.output)]  # a blank, or nothing
    return {"prompt": made["prompt"], "chosen": made["completion"], "rejected": before + old.output}
