"""A replica that cannot be loaded, or that ends before all replicas of its step are loaded, ends the run with an error.

The host (`pipeline/base.py:1290`) keeps one number for a step: how many of its replicas are loaded, or -666 when one
failed. The next replica that is loaded makes -665 of it, which is neither, and the run waits for ever. And a replica
that dies while others are still loaded leaves a number that never reaches that of the replicas.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.failures import StepFailure, record
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "replica that cannot be loaded",
        "pipeline/base.py:1290",
        "one of several replicas cannot be loaded, or dies before the others are: hangs; with the fix, an error",
        "tests/host_fixes/test_replicas.py::test_a_replica_that_cannot_be_loaded_ends_the_run_whenever_the_others_are",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_run_load_queue_loop", run_load_queue_loop)


def run_load_queue_loop(host_run_loop: Callable[..., None], pipeline: Any) -> None:
    """Keep the load status of the steps, in the place of the host's loop, until told to stop."""
    del host_run_loop
    loaded = dict.fromkeys(pipeline.dag, 0)
    pipeline.replica_statuses = {}
    try:
        while (message := pipeline._load_queue.get()) is not None:
            _take(pipeline, message, loaded)
    except Exception as error:  # the queue is gone, and with it all that the workers say
        record(pipeline, StepFailure.from_exception("(pipeline)", "waiting for its steps", error))
        for name, count in loaded.items():
            last = "unloaded" if count >= replicas_of(pipeline, name) else "load_failed"
            with pipeline._steps_load_status_lock:
                pipeline._steps_load_status[name] = status_after(1, last, has_all=last == "unloaded")


def _take(pipeline: Any, message: dict[str, Any], loaded: dict[str, int]) -> None:
    """Take a message of a replica, or about one that is dead."""
    name, status = message["name"], message["status"]
    pipeline.replica_statuses[name, message.get("replica")] = status
    if failure := message.get("failure"):
        record(pipeline, failure)
    if status == "loaded":
        loaded[name] += 1
    with pipeline._steps_load_status_lock:
        before = pipeline._steps_load_status[name]
        has_all = loaded[name] >= replicas_of(pipeline, name)
        pipeline._steps_load_status[name] = status_after(before, status, has_all=has_all)


def replicas_of(pipeline: Any, step_name: str) -> int:
    """How many replicas of a step the host starts."""
    from distilabel.constants import STEP_ATTR_NAME

    step = pipeline.dag.get_step(step_name)[STEP_ATTR_NAME]
    return int(step.resources.replicas) if step.is_normal else 1


def status_after(before: int, message: str, *, has_all: bool) -> int:
    """The load status of a step, after a replica has sent a message.

    Args:
        before: the host's status of the step: how many replicas are loaded, or one of its codes.
        message: `loaded`, `unloaded` or `load_failed`.
        has_all: whether every replica of the step has been loaded by now.
    """
    from distilabel.pipeline.base import _STEP_LOAD_FAILED_CODE, _STEP_UNLOADED_CODE

    if before == _STEP_LOAD_FAILED_CODE or message not in ("loaded", "unloaded"):
        return int(_STEP_LOAD_FAILED_CODE)
    if message == "loaded":
        return max(before, 0) + 1
    if not has_all:
        return int(_STEP_LOAD_FAILED_CODE)
    return before - 1 if before > 1 else int(_STEP_UNLOADED_CODE)
