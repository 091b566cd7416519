"""The main process gets an answer for every batch, also when its rows cannot be pickled or written to a file.

The host (`pipeline/step_wrapper.py:292`) raises in the worker, and the run waits for the batch forever.
"""

from __future__ import annotations

from typing import Any

from distilabel_selfinstruct.host_fixes.failures import StepFailure, log_failure
from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "rows that cannot be pickled",
        "pipeline/step_wrapper.py:292",
        "hangs; with the fix, rows with None and an error",
        "tests/host_fixes/test_failing_steps.py::test_rows_that_cannot_leave_the_worker_become_none",
    ),
)


def send(
    worker: Any,
    batch: Any,
    rows: list[dict[str, Any]],
    failure: StepFailure | None,
    *,
    if_unsendable: list[dict[str, Any]],
) -> None:
    """Answer the main process, with the rows `if_unsendable` and a failure if `rows` cannot be sent."""
    batch.failure = failure
    try:
        batch.set_data([rows])
        worker._send_batch(batch)
    except Exception as error:
        batch.failure = log_failure(worker.step, f"sending batch {batch.seq_no}", error)
        batch.data_path = None
        batch.set_data([if_unsendable])
        worker._send_batch(batch)
