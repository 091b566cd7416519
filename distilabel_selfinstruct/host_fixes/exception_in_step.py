"""The rows of a batch that fails are passed on with None in the step's outputs, global step or not, and `run` raises.

The host (`pipeline/step_wrapper.py:260`) does so for a plain step with a warning only, and drops everything when a
global step fails (`pipeline/local.py:346`).
"""

from __future__ import annotations

from typing import Any

from distilabel_selfinstruct.host_fixes.contracts import WorksInReplicas
from distilabel_selfinstruct.host_fixes.failures import log_failure
from distilabel_selfinstruct.host_fixes.host_fix import HostFix
from distilabel_selfinstruct.host_fixes.several_yields import rows_of_all_yields
from distilabel_selfinstruct.host_fixes.unpicklable_rows import send
from distilabel_selfinstruct.host_fixes.waiting_steps import first_row_of

FIXES = (
    HostFix(
        "exception in a step",
        "pipeline/step_wrapper.py:260",
        "a batch of None rows and a warning; with the fix, also an error at the end of the run",
        "tests/host_fixes/test_failing_steps.py"
        "::test_batch_whose_step_raises_is_passed_on_with_none_and_the_run_raises_at_its_end",
    ),
    HostFix(
        "exception in a global step",
        "pipeline/local.py:346",
        "an empty Distiset and a normal return; with the fix, rows with None and an error",
        "tests/host_fixes/test_failing_steps.py::test_rows_of_a_global_step_that_raises_are_kept_with_none",
    ),
)


def process(worker: Any, batch: Any) -> None:
    """Process a batch and send its rows, or if that fails, its inputs with None in the step's outputs."""
    from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
    from distilabel.pipeline.step_wrapper import _StepWrapperException

    failure = None
    try:
        if batch.data_path is not None:
            batch.read_batch_data_from_fs()
        if isinstance(worker.step, WorksInReplicas):
            worker.step.number_rows_from(first_row_of(worker.step, batch))
        rows = rows_of_all_yields(worker.step, batch.data)
    except DistilabelOfflineBatchGenerationNotFinishedException as error:
        # Not a failure: the host stops the run, to be resumed when the provider has the answers.
        worker.step.unload()
        worker._notify_unload()
        raise _StepWrapperException(str(error), worker.step, 2, error, batch.data) from error
    except Exception as error:
        failure = log_failure(worker.step, f"batch {batch.seq_no}", error)
        rows = _rows_with_none(worker, batch)
    send(worker, batch, rows, failure, if_unsendable=_rows_with_none(worker, batch))


def _rows_with_none(worker: Any, batch: Any) -> list[dict[str, Any]]:
    return list(worker._impute_step_outputs(batch)) if batch.data else []
