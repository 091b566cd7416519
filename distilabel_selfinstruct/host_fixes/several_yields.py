"""Every yield of a step counts.

The host (`pipeline/step_wrapper.py:243`) takes the first only, and loses the rows of the others.
"""

from __future__ import annotations

from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "only the first yield counts",
        "pipeline/step_wrapper.py:243",
        "a step that yields more than once per batch: rows lost; that never yields: rows of None",
        "tests/host_fixes/test_failing_steps.py::test_every_yield_counts",
    ),
)


def rows_of_all_yields(step: Any, data: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of all yields of `process`. An empty batch says "there are no more rows" and is not processed."""
    if not any(data):
        return []
    return [row for rows in step.process_applying_mappings(*data) for row in rows]
