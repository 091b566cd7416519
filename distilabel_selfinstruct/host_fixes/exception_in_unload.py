"""An exception of a worker outside of any batch, such as in `unload`, ends its step and the run raises.

The host (`pipeline/step_wrapper.py:125`) waits forever for the message that the step is unloaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.exception_in_load import LoadFailedError
from distilabel_selfinstruct.host_fixes.failures import WorkerFailedError, log_failure
from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "exception in unload",
        "pipeline/step_wrapper.py:125",
        "hangs; with the fix, all rows and an error",
        "tests/host_fixes/test_failing_steps.py::test_exception_in_unload_loses_no_row",
    ),
)


def run(host_run: Callable[[], str], worker: Any) -> str:
    """Run the step to its end; whatever happens, the main process learns that it ended."""
    from distilabel.pipeline.step_wrapper import _StepWrapperException

    try:
        return host_run()
    except (_StepWrapperException, LoadFailedError):  # the main process has been told
        raise
    except Exception as error:
        if worker.loaded:
            worker._notify_unload()
        else:
            worker._notify_load_failed()
        raise WorkerFailedError(log_failure(worker.step, "its worker", error)) from None
