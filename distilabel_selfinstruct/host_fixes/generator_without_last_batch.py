"""A generator that fails or just ends sends an empty last batch.

The host (`pipeline/step_wrapper.py:147`) sends nothing in both cases, and the run hangs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from distilabel_selfinstruct.host_fixes.failures import StepFailure, log_failure
from distilabel_selfinstruct.host_fixes.host_fix import HostFix
from distilabel_selfinstruct.host_fixes.idle_replicas import is_told_to_stop
from distilabel_selfinstruct.host_fixes.unpicklable_rows import send

FIXES = (
    HostFix(
        "exception in a generator",
        "pipeline/step_wrapper.py:195",
        "hangs; with the fix, the rows before it are kept and the run raises at its end",
        "tests/host_fixes/test_failing_steps.py::test_rows_before_an_exception_in_a_generator_are_kept",
    ),
    HostFix(
        "generator that just ends",
        "pipeline/step_wrapper.py:177",
        "a generator that ends without `last_batch=True`, or with an empty last batch: hangs",
        "tests/host_fixes/test_failing_steps.py::test_generator_may_end_without_a_last_batch_of_rows",
    ),
)


def answer_requests(worker: Any) -> None:
    """Send a batch per request, until one is the last or no more are wanted."""
    request = worker.input_queue.get()
    if is_told_to_stop(request):
        return
    batches = worker.step.process_applying_mappings(offset=request.seq_no * worker.step.batch_size)
    while not is_told_to_stop(request):
        rows, last, failure = _next_of(batches, request, worker.step)
        request.last_batch = worker.dry_run or last
        send(worker, request, rows, failure, if_unsendable=[])
        if request.last_batch:
            return
        request = worker.input_queue.get()


def _next_of(batches: Iterator[Any], request: Any, step: Any) -> tuple[list[dict[str, Any]], bool, StepFailure | None]:
    """The rows of the next batch, whether it is the last, and what failed."""
    try:
        rows, last = next(batches)
    except StopIteration:
        return [], True, None
    except Exception as error:
        return [], True, log_failure(step, f"generating batch {request.seq_no}", error)
    return list(rows), bool(last), None
