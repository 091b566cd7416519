"""A step whose predecessor sends an empty last batch gets an empty last batch too.

The host (`pipeline/batch_manager.py:552`) makes a batch for a step only while rows are waiting. When the last batch of
a step is empty, its successor never gets a batch marked as the last one, never ends, and the run hangs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.arrivals import everything_arrived, last_batch_is_made
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "empty last batch",
        "pipeline/batch_manager.py:552",
        "a step whose last output batch is empty, with a step after it: hangs",
        "tests/host_fixes/test_empty_batches.py::test_last_batch_of_a_step_may_be_empty",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.batch_manager import _BatchManagerStep

    wrap(_BatchManagerStep, "get_batch", get_batch)


def get_batch(host_get_batch: Callable[..., Any], buffer: Any) -> Any:
    """The step's next batch; when all rows are used up, an empty last one if none was marked as the last."""
    batch = host_get_batch(buffer)
    if batch is None and _owes_last_batch(buffer):
        batch = _last_batch(buffer)
    if batch is not None and batch.last_batch:
        buffer.last_batch_made = True
    return batch


def _last_batch(buffer: Any) -> Any:
    from distilabel.pipeline.batch import _Batch

    data, created_from, routed_to = buffer._get_data()
    return _Batch(
        seq_no=buffer._get_seq_no(),
        step_name=buffer.step_name,
        last_batch=True,
        data=data,
        accumulated=buffer.accumulate,
        created_from=created_from,
        batch_routed_to=routed_to,
    )


def _owes_last_batch(buffer: Any) -> bool:
    # A convergence step (routed batches that come together again) orders its batches by the batch that they
    # were made from, which an empty one may not name; `stalled_run` reports it.
    if buffer.convergence_step or last_batch_is_made(buffer) or not everything_arrived(buffer):
        return False
    return not any(batch.data[0] for batches in buffer.data.values() for batch in batches)
