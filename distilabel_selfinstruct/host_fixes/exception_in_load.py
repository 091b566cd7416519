"""A step that cannot be loaded ends the run with an error that says why, whatever else fails after it.

The host (`pipeline/step_wrapper.py:106`) sends the exception and the step as they are. An exception whose class takes
other arguments than its message cannot be unpickled, which breaks the pool of the main process. And it unloads the
step first: when that raises too, the cause is lost. On Ray `run` returns no rows and raises nothing.
"""

from __future__ import annotations

from typing import Any

from distilabel_selfinstruct.host_fixes.failures import log_failure
from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "exception in load",
        "pipeline/step_wrapper.py:106",
        "`load` raises an exception that cannot be unpickled: hangs; with the fix, an error",
        "tests/host_fixes/test_failing_steps.py::test_any_exception_in_load_ends_the_run",
    ),
)


def load(worker: Any) -> None:
    """Load the step of a worker.

    Raises:
        LoadFailedError: it cannot be loaded. The failure is in the queue to the main process.
    """
    try:
        worker.step.load()
    except Exception as error:
        failure = log_failure(worker.step, "loading", error)
        try:
            worker.step.unload()
        except Exception as later:  # what went wrong first is what counts
            worker.step._logger.debug(f"'{worker.step.name}' could not be unloaded: {later}")
        worker.notify("load_failed", failure=failure)
        raise LoadFailedError from None


class LoadFailedError(Exception):
    """A worker has nothing to do: its step could not be loaded, and the main process knows."""
