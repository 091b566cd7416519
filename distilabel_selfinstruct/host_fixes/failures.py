"""What went wrong during a pipeline run: collected while it runs, and raised as one error when it has ended.

In the host an exception in `process` is one warning among many and `run` returns as if all were well
(`pipeline/local.py:224`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import PipelineError, SelfInstructError
from distilabel_selfinstruct.host_fixes.host_fix import wrap
from distilabel_selfinstruct.host_fixes.rows_without_use import row_counter_of

# More than this would bury the first failure, which is usually the cause of the others.
_FAILURES_SHOWN = 5


@dataclass(frozen=True)
class StepFailure:
    """One thing that failed in a run: the step's name, what it was doing, the error in one line."""

    step: str
    doing: str
    error: str
    traceback: str = ""

    @classmethod
    def from_exception(cls, step: str, doing: str, error: BaseException) -> StepFailure:
        """Describe `error` as text only: exceptions of third parties often cannot be unpickled."""
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        return cls(step=step, doing=doing, error=f"{type(error).__name__}: {error}", traceback="".join(lines))

    def __str__(self) -> str:
        return f"step '{self.step}', {self.doing}: {self.error}"


class WorkerFailedError(Exception):
    """A worker's task ended with this failure outside of any batch; it travels from the worker to `run`."""

    def __init__(self, failure: StepFailure) -> None:
        super().__init__(failure)
        self.failure = failure


class PipelineFailedError(PipelineError):
    """`Pipeline.run` ended and some of its work failed.

    Raised after the rows that could be made were written to disk, so nothing is lost: they are in
    `distiset` (`None` if it could not be built) and in the parquet files under `data_dir`. Rows of a batch
    that failed in a `Step` or `GlobalStep` are there too, with None in that step's output columns. Where rows
    are only counted (see `rows_without_use`), `data_dir` is None.
    """

    def __init__(self, pipeline: str, failures: list[StepFailure], distiset: Any, data_dir: Path | None) -> None:
        self.failures = tuple(failures)
        self.distiset = distiset
        self.data_dir = data_dir
        rows = (
            f" Rows that were made are in the attribute distiset of the error and in {data_dir}, those of a failed"
            " batch with None in the outputs of the step."
        )
        shown = "; ".join(str(failure) for failure in failures[:_FAILURES_SHOWN])
        more = f"; and {len(failures) - _FAILURES_SHOWN} more" if len(failures) > _FAILURES_SHOWN else ""
        super().__init__(
            f"The pipeline {pipeline!r} ended with {len(failures)} failure(s): {shown}{more}."
            f"{'' if data_dir is None else rows}"
        )


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.base import BasePipeline
    from distilabel.pipeline.local import Pipeline
    from distilabel.pipeline.ray import RayPipeline

    wrap(BasePipeline, "_process_batch", process_batch)
    for kind in (Pipeline, RayPipeline):
        wrap(kind, "run", run)


def run(host_run: Callable[..., Any], pipeline: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does; raise `PipelineFailedError` at the end if anything failed."""
    pipeline.failures, pipeline.has_fatal_failure = [], False
    distiset, cause = None, None
    try:
        distiset = host_run(pipeline, *args, **kwargs)
    except Exception as error:
        if not pipeline.failures:
            raise
        cause = error
    if pipeline.failures:
        data_dir = pipeline._cache_location["data"] if row_counter_of(pipeline) is None else None
        raise PipelineFailedError(pipeline.name, pipeline.failures, distiset, data_dir) from cause
    return distiset


def process_batch(host_process_batch: Callable[..., None], pipeline: Any, batch: Any, **options: Any) -> None:
    """Take the failure off a batch that comes from a worker, then process it as the host does."""
    failure = vars(batch).pop("failure", None)
    if failure is not None:
        record(pipeline, failure)
    host_process_batch(pipeline, batch, **options)


def record(pipeline: Any, failure: StepFailure) -> None:
    """Keep a failure for the end of the run."""
    pipeline.failures.append(failure)


def log_failure(step: Any, doing: str, error: Exception) -> StepFailure:
    """Log, in the worker of the step, that it failed. Returns the failure for the main process."""
    failure = StepFailure.from_exception(str(step.name), doing, error)
    # An error of ours says all in its sentence.
    trace = "" if isinstance(error, SelfInstructError) else f"\n{failure.traceback}"
    step._logger.error(f"❌ {failure}{trace}")
    return failure


def stop_once(pipeline: Any) -> None:
    """Stop the run as Ctrl-C would, keeping finished rows; the host's `_stop` deadlocks when called twice.

    From now on the pipeline `has_fatal_failure`: whoever watches it need not wait for more than what is in flight.
    """
    pipeline.has_fatal_failure = True
    with pipeline._stop_called_lock:
        if not pipeline._stop_called:
            pipeline._stop(acquire_lock=False)


def fail_loading(pipeline: Any, step_name: str) -> bool:
    """If the step is not loaded yet, report that it cannot be, which ends the host's wait; else False."""
    from distilabel.pipeline.base import _STEP_NOT_LOADED_CODE

    with pipeline._steps_load_status_lock:
        loading = pipeline._steps_load_status.get(step_name) == _STEP_NOT_LOADED_CODE
    if loading:
        pipeline._load_queue.put({"name": step_name, "status": "load_failed"})
    return bool(loading)
