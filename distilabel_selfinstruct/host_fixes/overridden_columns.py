"""Input mappings onto a column that exists: the hidden values come back to the rows that they came from.

When `input_mappings` renames column `a` to `b` and the rows have a `b` already, the host sets the old values
of `b` aside and puts them back by position modulo the number of inputs (`steps/base.py:673`). That is wrong
as soon as a step drops rows or makes several of one, as every task with `num_generations` does. Here the
hidden values travel in the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace

FIXES = (
    HostFix(
        "overridden columns in the wrong rows",
        "steps/base.py:673",
        "input mappings onto an existing column and another number of rows out: values of other rows",
        "tests/host_fixes/test_around_the_run.py::test_overridden_column_comes_back_to_its_own_row",
    ),
)

_HIDDEN = "__hidden_by_input_mappings__"


def apply() -> None:
    """Replace the host's method; called once."""
    from distilabel.steps.base import Step

    replace(Step, "process_applying_mappings", process_applying_mappings)


def process_applying_mappings(step: Any, *args: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """`process` between the step's input and output mappings."""
    inputs, hidden = step._apply_input_mappings(args) if step.input_mappings else (args, [])
    if any(hidden):
        for row, values in zip(inputs[0], hidden, strict=True):
            row[_HIDDEN] = values
    parameters = step._runtime_parameters if step._built_from_decorator else {}
    for rows in step.process(*inputs, **parameters):
        yield [_restore(step, row, position, rows, hidden) for position, row in enumerate(rows)]


def _restore(step: Any, row: Any, position: int, rows: Any, hidden: list[dict[str, Any]]) -> dict[str, Any]:
    """The row with output mappings applied and its hidden values back.

    A row that the step made from nothing has no hidden values with it. Its position says where it belongs
    only if there are as many rows out as in; otherwise the column stays out rather than hold another row's
    value.
    """
    values = row.pop(_HIDDEN, None) if hidden else {}
    if values is None:
        values = hidden[position] if len(rows) == len(hidden) else {}
    restored: dict[str, Any] = step._apply_mappings_and_restore_overriden(row, values)
    return restored
