"""What has arrived at the buffer before a step. The host takes "the last batch has arrived" for "everything has"."""

from __future__ import annotations

from typing import Any


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


def last_batch_is_made(buffer: Any) -> bool:
    """Whether the step got a batch marked as its last (see `empty_last_batch`)."""
    return bool(getattr(buffer, "last_batch_made", False))
