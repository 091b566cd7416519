"""The main process: whatever fails in a run is collected, and `run` raises it once the rows are on disk.

In the host an exception in `process` is one warning among many and `run` returns as if all were well; one in
the thread that moves the batches (`pipeline/base.py:1058`) ends that thread, and `run` returns the rows so
far as if they were all (`pipeline/local.py:224`).
"""

from __future__ import annotations

import functools
import signal
import threading
from collections.abc import Callable
from typing import Any

from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
from distilabel.pipeline.base import _STEP_NOT_LOADED_CODE, BasePipeline
from distilabel.pipeline.batch import _Batch
from distilabel.pipeline.local import Pipeline
from distilabel.pipeline.ray import RayPipeline
from distilabel.pipeline.step_wrapper import _StepWrapperException
from distilabel.utils.logging import stop_logging

from distilabel_selfinstruct.host_fixes.failures import PipelineFailedError, StepFailure, WorkerFailedError
from distilabel_selfinstruct.host_fixes.orphans import no_orphans
from distilabel_selfinstruct.host_fixes.replacing import replace

_host_output_queue_loop = BasePipeline._output_queue_loop
_host_process_batch = BasePipeline._process_batch
_host_error_callback = Pipeline._error_callback


def apply() -> None:
    """Replace the host's methods; called once."""
    replace(BasePipeline, "_output_queue_loop", output_queue_loop)
    replace(BasePipeline, "_process_batch", process_batch)
    replace(Pipeline, "_error_callback", error_callback)
    for kind in (Pipeline, RayPipeline):
        replace(kind, "run", reporting(kind.run))


def record(pipeline: Any, failure: StepFailure) -> None:
    """Keep a failure for the end of the run."""
    pipeline.failures.append(failure)


def stop_once(pipeline: Any) -> None:
    """Stop the run as Ctrl-C would, keeping finished rows; the host's `_stop` deadlocks when called twice."""
    with pipeline._stop_called_lock:
        if not pipeline._stop_called:
            pipeline._stop(acquire_lock=False)


def reporting(host_run: Callable[..., Any]) -> Callable[..., Any]:
    """`run`, which raises `PipelineFailedError` at its end if anything failed."""

    @functools.wraps(host_run)
    def run(pipeline: Any, *args: Any, **kwargs: Any) -> Any:
        pipeline.failures = []
        pipeline._stop_called = False  # the host leaves it set when a run was stopped while loading
        pipeline._stop_calls = 0
        on_main_thread = threading.current_thread() is threading.main_thread()
        interrupt_handler = signal.getsignal(signal.SIGINT)
        distiset, cause = None, None
        try:
            with no_orphans():
                distiset = host_run(pipeline, *args, **kwargs)
        except Exception as error:
            if not pipeline.failures:
                raise
            cause = error
        finally:
            stop_logging()  # the host does not when it raises
            # The host keeps Ctrl-C for itself: after the run it would go to a finished pipeline.
            if on_main_thread:
                signal.signal(signal.SIGINT, interrupt_handler or signal.default_int_handler)
        if pipeline.failures:
            data_dir = pipeline._cache_location["data"]
            raise PipelineFailedError(pipeline.name, pipeline.failures, distiset, data_dir) from cause
        return distiset

    return run


def output_queue_loop(pipeline: Any) -> None:
    """The thread that moves the batches; an exception in it is a failure of the run."""
    try:
        _host_output_queue_loop(pipeline)
    except Exception as error:
        failure = StepFailure.from_exception("(pipeline)", "moving batches between steps", error)
        pipeline._logger.exception(f"❌ {failure}")
        record(pipeline, failure)


def process_batch(pipeline: Any, batch: _Batch, **options: Any) -> None:
    """Take the failure off a batch that comes from a worker, then process it as the host does."""
    failure = vars(batch).pop("failure", None)
    if failure is not None:
        record(pipeline, failure)
    _host_process_batch(pipeline, batch, **options)


def error_callback(pipeline: Any, error: BaseException, step_name: str = "(unknown)") -> None:
    """A worker's task raised. Loading errors and unfinished offline batches are the host's; others end a run.

    It runs in a thread of the pool, which must survive: no exception leaves it.
    """
    try:
        if isinstance(error, _StepWrapperException) and (
            error.is_load_error
            or isinstance(error.subprocess_exception, DistilabelOfflineBatchGenerationNotFinishedException)
        ):
            _host_error_callback(pipeline, error)
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


def fail_loading(pipeline: Any, step_name: str) -> bool:
    """If the step is not loaded yet, report that it cannot be, which ends the host's wait; else False."""
    with pipeline._steps_load_status_lock:
        loading = pipeline._steps_load_status.get(step_name) == _STEP_NOT_LOADED_CODE
    if loading:
        pipeline._load_queue.put({"name": step_name, "status": "load_failed"})
    return bool(loading)
