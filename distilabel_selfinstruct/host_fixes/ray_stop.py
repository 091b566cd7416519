"""A run on Ray can be stopped by whoever holds the lock that says so.

The host (`pipeline/ray.py:433`) takes the lock itself and has no argument to leave that out, unlike for one machine
(`pipeline/local.py:412`): what stops a run on one machine raises a `TypeError` or waits for itself on Ray.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "stop on Ray",
        "pipeline/ray.py:433",
        "what stops a run on one machine raises a `TypeError` on Ray",
        "tests/running/test_ray.py::test_an_actor_that_dies_is_an_error_that_names_its_step",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.ray import RayPipeline

    wrap(RayPipeline, "_stop", stop)


def stop(host_stop: Callable[..., None], pipeline: Any, *, acquire_lock: bool = True) -> None:
    """Stop the run: at once when asked for the third time, else with what is in the queues.

    Args:
        host_stop: the host's function, in whose place this is.
        pipeline: what to stop.
        acquire_lock: False if the caller holds the lock of the flag.
    """
    del host_stop
    with pipeline._stop_called_lock if acquire_lock else contextlib.nullcontext():
        if pipeline._stop_called:
            pipeline._stop_calls += 1
            if pipeline._stop_calls == 1:
                pipeline._logger.warning("🛑 Press again to force the pipeline to stop.")
            else:
                sys.exit(1)
            return
        pipeline._stop_called = True
    pipeline._logger.info("🛑 Stopping pipeline. Waiting for steps to finish processing batches...")
    pipeline._stop_output_queue_loop()
