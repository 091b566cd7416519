"""An exception in the thread that moves the batches is a failure of the run.

In the host (`pipeline/base.py:1058`) it ends that thread, and `run` returns the rows so far as if they were all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.failures import StepFailure, record
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "exception between steps",
        "pipeline/base.py:1058",
        "an exception in the thread that moves batches: `run` returns the rows so far as if they were all",
        "tests/host_fixes/test_failing_steps.py::test_exception_between_steps_is_raised_at_the_end",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_output_queue_loop", output_queue_loop)


def output_queue_loop(host_output_queue_loop: Callable[..., None], pipeline: Any) -> None:
    """Move the batches as the host does; an exception is a failure of the run."""
    try:
        host_output_queue_loop(pipeline)
    except Exception as error:
        failure = StepFailure.from_exception("(pipeline)", "moving batches between steps", error)
        pipeline._logger.exception(f"❌ {failure}")
        record(pipeline, failure)
