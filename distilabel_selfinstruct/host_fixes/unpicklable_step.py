"""A step that cannot be sent to a worker ends the run, as does every other exception of a worker's task.

The host (`pipeline/local.py:286`) does not learn of a task that cannot be sent, and waits for the step to load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.failures import (
    StepFailure,
    WorkerFailedError,
    fail_loading,
    record,
    stop_once,
)
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "step that cannot be pickled",
        "pipeline/local.py:286",
        "hangs; with the fix, an error",
        "tests/host_fixes/test_failing_steps.py::test_step_that_cannot_be_sent_to_a_worker_ends_the_run",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.local import Pipeline

    wrap(Pipeline, "_error_callback", error_callback)


def error_callback(
    host_error_callback: Callable[..., None], pipeline: Any, error: BaseException, step_name: str = "(unknown)"
) -> None:
    """A worker's task raised. Loading errors and unfinished offline batches are the host's; others end a run.

    It runs in a thread of the pool, which must survive: no exception leaves it.
    """
    try:
        if _is_left_to_the_host(error):
            host_error_callback(pipeline, error)
            return
        if isinstance(error, WorkerFailedError):
            failure = error.failure
        else:  # the task could not be sent to a worker
            failure = StepFailure.from_exception(step_name, "starting in a worker", error)
            pipeline._logger.error(f"❌ {failure}")
        record(pipeline, failure)
        if not fail_loading(pipeline, step_name):
            stop_once(pipeline)
    except Exception:
        pipeline._logger.exception(f"❌ While handling an error of step '{step_name}'")


def _is_left_to_the_host(error: BaseException) -> bool:
    from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
    from distilabel.pipeline.step_wrapper import _StepWrapperException

    return isinstance(error, _StepWrapperException) and (
        error.is_load_error
        or isinstance(error.subprocess_exception, DistilabelOfflineBatchGenerationNotFinishedException)
    )
