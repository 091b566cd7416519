"""Ctrl-C after a run is the program's own again.

The host (`pipeline/base.py:1924`) keeps Ctrl-C for itself: after the run it would go to a finished pipeline. And a
pipeline that was stopped while loading takes its next run for stopped too.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "Ctrl-C after a run",
        "pipeline/base.py:1924",
        "the host keeps the handler for Ctrl-C, which then stops nothing",
        "tests/host_fixes/test_around_the_run.py::test_interrupt_after_a_run_is_the_programs_own_again",
    ),
)


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.local import Pipeline
    from distilabel.pipeline.ray import RayPipeline

    for kind in (Pipeline, RayPipeline):
        wrap(kind, "run", run)


def run(host_run: Callable[..., Any], pipeline: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does, with nothing stopped yet; put the handler of SIGINT back at the end."""
    pipeline._stop_called = False
    pipeline._stop_calls = 0
    on_main_thread = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    try:
        return host_run(pipeline, *args, **kwargs)
    finally:
        if on_main_thread:
            signal.signal(signal.SIGINT, handler or signal.default_int_handler)
