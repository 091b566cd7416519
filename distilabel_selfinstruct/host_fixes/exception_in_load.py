"""A step that cannot be loaded ends the run, also with an exception that the main process cannot unpickle.

The host (`pipeline/step_wrapper.py:106`) sends the exception and the step as they are. An exception whose class takes
other arguments than its message cannot be unpickled, which breaks the pool of the main process.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "exception in load",
        "pipeline/step_wrapper.py:106",
        "`load` raises an exception that cannot be unpickled: hangs; with the fix, an error",
        "tests/host_fixes/test_failing_steps.py::test_any_exception_in_load_ends_the_run",
    ),
)


def run(host_run: Callable[[], str]) -> str:
    """Run the step to its end; an error that it raises can be sent to the main process."""
    from distilabel.pipeline.step_wrapper import _StepWrapperException

    try:
        return str(host_run())
    except _StepWrapperException as error:
        raise _make_sendable(error) from None


def _make_sendable(error: Any) -> Any:
    if not error.is_load_error:
        return error  # offline batch generation: the main process needs the step itself
    cause = error.subprocess_exception
    try:
        pickle.loads(pickle.dumps(cause))
    except Exception:
        cause = RuntimeError(f"{type(cause).__name__}: {cause}").with_traceback(cause.__traceback__)
    step = SimpleNamespace(name=error.step.name)  # the host asks for its name only
    return type(error)(str(error.message), step, error.code, cause)
