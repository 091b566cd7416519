"""A run in which nothing can happen any more ends, with an error that names the rows that wait.

The host waits forever, for instance when a step has two predecessors that deliver unequal numbers of rows
(`pipeline/batch_manager.py:508`), or when the routes of a routing function do not come together
(`pipeline/batch_manager.py:788`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.batch_counts import another_batch_will_come, unanswered_batches
from distilabel_selfinstruct.host_fixes.failures import StepFailure, record
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "unequal predecessors",
        "pipeline/batch_manager.py:508",
        "two predecessors with unequal numbers of rows: hangs; with the fix, an error",
        "tests/host_fixes/test_failing_steps.py::test_predecessors_with_unequal_numbers_of_rows_end_with_an_error",
    ),
    HostFix(
        "routes that are not joined",
        "pipeline/batch_manager.py:788",
        "a routing function whose routes do not come together: hangs with all work done",
        "tests/host_fixes/test_empty_batches.py::test_routes_that_do_not_come_together_end",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_should_continue_processing", should_continue_processing)


def should_continue_processing(host_should_continue: Callable[..., Any], pipeline: Any) -> bool:
    """Whether to wait for another batch: the host's answer, unless none can come."""
    if not host_should_continue(pipeline):
        return False
    if another_batch_will_come(pipeline):
        return True
    waiting = _what_waits(pipeline)
    if waiting:
        error = (
            "no step has work left, yet the run is not complete: "
            + "; ".join(what for _, what in waiting)
            + ". Predecessors of one step must deliver equal numbers of rows, and no rows may be dropped"
            " between a routing function and the step that joins the routes"
        )
        failure = StepFailure(waiting[0][0], "waiting for rows", error)
        pipeline._logger.error(f"❌ {failure}")
        record(pipeline, failure)
    return False


def _what_waits(pipeline: Any) -> list[tuple[str, str]]:
    """What would be lost if the run ended now, as (step, what)."""
    manager = pipeline._batch_manager
    waiting = []
    for name, buffer in manager._steps.items():
        rows = {source: sum(len(batch.data[0]) for batch in batches) for source, batches in buffer.data.items()}
        if any(rows.values()):
            counts = ", ".join(f"{count} from '{source}'" for source, count in rows.items())
            waiting.append((name, f"step '{name}' has unused rows: {counts}"))
        if not buffer.data and not manager.step_has_finished(name):
            waiting.append((name, f"generator '{name}' has not sent its last batch"))
        elif unanswered_batches(pipeline, name):
            waiting.append(
                (name, f"step '{name}' has not answered {len(unanswered_batches(pipeline, name))} batch(es)")
            )
    return waiting
