"""A run in which nothing can happen any more ends, with an error that names the rows that wait.

The host waits for ever, for instance when a step has two predecessors that deliver unequal numbers of rows
(`pipeline/batch_manager.py:508`), or when rows are dropped between a routing function and the step that joins
the routes. Every batch sent to a step is answered by one batch, so it is enough to count: no clock, no false
alarm.
"""

from __future__ import annotations

from typing import Any

from distilabel.constants import STEP_ATTR_NAME
from distilabel.pipeline.base import BasePipeline
from distilabel.pipeline.batch import _Batch

from distilabel_selfinstruct.host_fixes.failures import StepFailure
from distilabel_selfinstruct.host_fixes.replacing import replace
from distilabel_selfinstruct.host_fixes.run_report import record

_host_should_continue_processing = BasePipeline._should_continue_processing
_host_send_batch_to_step = BasePipeline._send_batch_to_step
_host_create_steps_input_queues = BasePipeline._create_steps_input_queues


def apply() -> None:
    """Replace the host's methods; called once."""
    replace(BasePipeline, "_create_steps_input_queues", create_steps_input_queues)
    replace(BasePipeline, "_send_batch_to_step", send_batch_to_step)
    replace(BasePipeline, "_should_continue_processing", should_continue_processing)


def create_steps_input_queues(pipeline: Any) -> None:
    """Start counting where the host starts the run."""
    pipeline.sent_batches = {name: set() for name in pipeline.dag}
    _host_create_steps_input_queues(pipeline)


def send_batch_to_step(pipeline: Any, batch: _Batch) -> None:
    """Count a batch, or a request to a generator, that a step has to answer."""
    pipeline.sent_batches[batch.step_name].add(batch.seq_no)
    _host_send_batch_to_step(pipeline, batch)


def unanswered(pipeline: Any, step_name: str) -> set[int]:
    """The numbers of the batches that the step has still to answer."""
    manager = pipeline._batch_manager
    step = pipeline.dag.get_step(step_name)[STEP_ATTR_NAME]
    if step.is_generator and manager.step_has_finished(step_name):
        return set()  # requests after its last batch are never answered
    return set(pipeline.sent_batches[step_name]) - set(manager._received_batch_seq_nos[step_name])


def answered_everything(pipeline: Any, step_name: str) -> bool:
    """Whether the step has sent its last batch and owes no other."""
    return bool(pipeline._batch_manager.step_has_finished(step_name)) and not unanswered(pipeline, step_name)


def should_continue_processing(pipeline: Any) -> bool:
    """Whether to wait for another batch: the host's answer, unless none can come."""
    if not _host_should_continue_processing(pipeline):
        return False
    if any(pipeline._is_step_running(name) and unanswered(pipeline, name) for name in pipeline.dag):
        return True
    if not pipeline._output_queue.empty():  # the message that tells the loop to stop
        return True
    if _ask_idle_generators(pipeline):
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


def _ask_idle_generators(pipeline: Any) -> bool:
    """Ask running generators that are not finished for another batch; whether there was one to ask.

    The host asks when a successor has used up its rows, and so never when the successor is only loaded once
    the generator has finished (`load_groups="sequential_step_execution"`).
    """
    idle = [
        name
        for name in pipeline.dag.root_steps
        if pipeline._is_step_running(name) and not pipeline._batch_manager.step_has_finished(name)
    ]
    for name in idle:
        last_request = pipeline._batch_manager.get_last_batch_sent(name)
        first = _Batch(seq_no=0, step_name=name, last_batch=pipeline._dry_run)
        pipeline._send_batch_to_step(last_request.next_batch() if last_request else first)
    return bool(idle)


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
        elif unanswered(pipeline, name):
            waiting.append((name, f"step '{name}' has not answered {len(unanswered(pipeline, name))} batch(es)"))
    return waiting
