"""Batches between steps: empty last batches, replicas that finish out of order, idle replicas.

The host (`pipeline/batch_manager.py:508,552,592`) makes a batch for a step only while rows are waiting. When
the last batch of a step is empty, its successor never gets a batch marked as the last one, never ends, and
the run hangs. It also takes "the last batch has arrived" for "every batch has arrived", which loses rows when
a replica is slow.
"""

from __future__ import annotations

from typing import Any

from distilabel.constants import LAST_BATCH_SENT_FLAG
from distilabel.pipeline.base import BasePipeline
from distilabel.pipeline.batch import _Batch
from distilabel.pipeline.batch_manager import _BatchManagerStep

from distilabel_selfinstruct.host_fixes.replacing import replace

_host_get_batch = _BatchManagerStep.get_batch
_host_last_batch_normal = _BatchManagerStep._last_batch_normal
_host_register_stages_last_batch = BasePipeline._register_stages_last_batch


def apply() -> None:
    """Replace the host's methods; called once."""
    replace(_BatchManagerStep, "get_batch", get_batch)
    replace(_BatchManagerStep, "_ready_to_create_batch_accumulate", ready_to_create_batch_accumulate)
    replace(_BatchManagerStep, "_last_batch_normal", last_batch_normal)
    replace(BasePipeline, "_register_stages_last_batch", register_stages_last_batch)


def everything_arrived_from(buffer: Any, predecessor: str) -> bool:
    """Whether the predecessor's last batch and every one before it have arrived at this step's buffer."""
    if predecessor not in buffer.last_batch_received:
        return False
    expected = buffer.next_expected_seq_no[predecessor][0]
    for batch in buffer.data[predecessor]:  # sorted by `seq_no`
        if batch.seq_no != expected:
            return False
        expected += 1
    return True


def everything_arrived(buffer: Any) -> bool:
    """Whether every predecessor has delivered all that it ever will. False for a generator: it has none."""
    return bool(buffer.data) and all(everything_arrived_from(buffer, name) for name in buffer.data)


def get_batch(buffer: Any) -> _Batch | None:
    """The step's next batch; when all rows are used up, an empty last one if none was marked as the last."""
    batch = _host_get_batch(buffer)
    if batch is None and _owes_last_batch(buffer):
        data, created_from, routed_to = buffer._get_data()
        batch = _Batch(
            seq_no=buffer._get_seq_no(),
            step_name=buffer.step_name,
            last_batch=True,
            data=data,
            accumulated=buffer.accumulate,
            created_from=created_from,
            batch_routed_to=routed_to,
        )
    if batch is not None and batch.last_batch:
        buffer.last_batch_made = True
    return batch


def _owes_last_batch(buffer: Any) -> bool:
    # A convergence step (routed batches that come together again) orders its batches by the batch that they
    # were made from, which an empty one may not name; the stall check speaks up for it.
    if buffer.convergence_step or getattr(buffer, "last_batch_made", False) or not everything_arrived(buffer):
        return False
    return not any(batch.data[0] for batches in buffer.data.values() for batch in batches)


def ready_to_create_batch_accumulate(buffer: Any) -> bool:
    """A global step's batch is ready when everything has arrived, be it rows of one predecessor only."""
    return everything_arrived(buffer) and not getattr(buffer, "last_batch_made", False)


def last_batch_normal(buffer: Any) -> bool:
    """The host's answer, unless a batch of a slow replica is still to come."""
    return bool(_host_last_batch_normal(buffer)) and everything_arrived(buffer)


def register_stages_last_batch(pipeline: Any, batch: _Batch) -> None:
    """Tell the other replicas of a step that has sent its last batch to stop.

    The host tells them only when a later step of the same stage sends its own last batch. Before a global
    step there is none, and the run waits for the idle replicas for ever (`pipeline/base.py:1349`).
    """
    _host_register_stages_last_batch(pipeline, batch)
    for _ in range(pipeline.dag.get_step_replica_count(batch.step_name) - 1):
        pipeline._send_to_step(batch.step_name, LAST_BATCH_SENT_FLAG)
