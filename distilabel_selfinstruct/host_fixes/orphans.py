"""Processes of a run do not outlive the process that started them.

The host (`pipeline/local.py:226`) starts workers that notice nothing when the main process is killed.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import multiprocessing.util
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "orphaned processes",
        "pipeline/local.py:226",
        "after `kill -9` workers keep asking the model, and the process with the queues stays forever",
        "tests/running/test_resume.py::test_a_run_that_is_killed_in_each_stage_goes_on_as_if_nothing_had_happened",
    ),
)

PR_SET_PDEATHSIG = 1


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.local import Pipeline
    from distilabel.pipeline.ray import RayPipeline

    multiprocessing.util.register_after_fork(_Run, _after_fork)
    for kind in (Pipeline, RayPipeline):
        wrap(kind, "run", run)


def die_with_parent() -> None:
    """End this process when its parent is killed. Does something in child processes on Linux only.

    Without it the host's workers continue for half a minute after `kill -9`, keep asking the model, and hold the
    journal; the process that holds its queues stays forever.
    """
    parent = multiprocessing.parent_process()
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if not parent.is_alive():  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


class _Run:
    """Whether a pipeline runs in this process; child processes forked meanwhile are its own."""

    in_flight = False


def _after_fork(run: type[_Run]) -> None:
    if run.in_flight:
        die_with_parent()


def run(host_run: Callable[..., Any], pipeline: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does; whatever `multiprocessing` forks in the meantime ends when this process is killed."""
    _Run.in_flight = True
    try:
        return host_run(pipeline, *args, **kwargs)
    finally:
        _Run.in_flight = False
