"""A generator works ahead of the steps after it, and no further than they have room for.

The host asks a generator for its next batch only when the step after it has used up the last one
(`pipeline/base.py:1778`), so that of two steps that each wait for a server, one is always idle. A generator that
`RunsAhead` is asked for its next batch as soon as it has sent one.

What a step sends is handed on at once (`pipeline/base.py:1640`), however much waits before the next step: before a slow
one, all rows of a run would fill the memory. So a generator that `RunsAhead` is held back while a step after it has as
much as it needs to be kept busy, and one batch more. Whether there is room is checked whenever a step answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from distilabel_selfinstruct.host_fixes.batch_counts import unanswered_batches
from distilabel_selfinstruct.host_fixes.contracts import BeginsBatches, RunsAhead
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "generators that wait for each step",
        "pipeline/base.py:1778",
        "a generator is idle while the step after it works",
        "tests/running/test_overlap.py::test_the_stages_keep_the_model_busy_at_the_same_time",
    ),
    HostFix(
        "rows that pile up",
        "pipeline/base.py:1640",
        "before a slow step, all rows of a run wait in memory",
        "tests/host_fixes/test_read_ahead.py::test_a_slow_step_holds_back_its_source",
    ),
)

BATCHES_AHEAD = 2
"""So many batches wait before a step while it works on one: the next is there when it is done."""


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_manage_batch_flow", manage_batch_flow)
    wrap(BasePipeline, "_request_batch_from_generator", request_batch_from_generator)


def manage_batch_flow(host_manage: Callable[..., None], pipeline: Any, batch: Any) -> None:
    """As the host does; then ask the generators that run ahead for their next batches."""
    host_manage(pipeline, batch)
    for name in pipeline.dag.root_steps:
        if _runs_ahead(pipeline, name):
            pipeline._request_batch_from_generator(name)


def request_batch_from_generator(host_request: Callable[..., None], pipeline: Any, step_name: str) -> None:
    """As the host does. One that runs ahead is asked for one batch at a time, and only while there is room for it."""
    if not _runs_ahead(pipeline, step_name) or _may_be_asked(pipeline, step_name):
        host_request(pipeline, step_name)


def _runs_ahead(pipeline: Any, step_name: str) -> bool:
    step = _step(pipeline, step_name)
    return isinstance(step, RunsAhead) and step.runs_ahead


def _may_be_asked(pipeline: Any, generator: str) -> bool:
    if pipeline._batch_manager.step_has_finished(generator) or unanswered_batches(pipeline, generator):
        return False
    after = [name for name in _steps_after(pipeline, generator) if pipeline._is_step_running(name)]
    # Where nobody works, nobody will answer, and what waits can only be used with more.
    is_worked_on = any(unanswered_batches(pipeline, name) for name in after)
    return not is_worked_on or all(_has_room(pipeline, name) for name in after)


def _has_room(pipeline: Any, step_name: str) -> bool:
    """Whether a step has no more than it needs to be kept busy."""
    buffer, step = pipeline._batch_manager._steps[step_name], _step(pipeline, step_name)
    size = 0 if buffer.accumulate else buffer.input_batch_size
    ahead = BATCHES_AHEAD
    if size and isinstance(step, BeginsBatches):
        ahead = max(ahead, 1 + -(-step.rows_ahead // size))
    return len(unanswered_batches(pipeline, step_name)) + _out_of_order(buffer, size) <= ahead


def _out_of_order(buffer: Any, size: int) -> int:
    """How many batches could be sent to a step, but for an earlier one that a replica before it is late with."""
    if not size:  # a step that takes all rows at once
        return 0
    rows = (sum(len(batch.data[0]) for batch in batches) for batches in buffer.data.values())
    return max(0, max(rows, default=0) - 1) // size


def _steps_after(pipeline: Any, step_name: str) -> Iterator[str]:
    found = {step_name}
    waiting = [step_name]
    while waiting:
        for successor in pipeline.dag.get_step_successors(waiting.pop()):
            if successor not in found:
                found.add(successor)
                waiting.append(successor)
                yield successor


def _step(pipeline: Any, step_name: str) -> Any:
    from distilabel.constants import STEP_ATTR_NAME

    return pipeline.dag.get_step(step_name)[STEP_ATTR_NAME]
