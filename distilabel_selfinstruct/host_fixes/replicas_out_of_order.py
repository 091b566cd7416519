"""The last batch of a step waits for the batches of slower replicas.

The host (`pipeline/batch_manager.py:592`) takes "the last batch has arrived" for "every batch has arrived", which loses
the rows of a slow replica.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.arrivals import everything_arrived
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "batches of replicas out of order",
        "pipeline/batch_manager.py:592",
        "the last batch arrives before one of a slower replica: its rows are lost",
        "tests/host_fixes/test_batch_flow.py::test_rows_come_out_in_order_with_one_last_batch",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.batch_manager import _BatchManagerStep

    wrap(_BatchManagerStep, "_last_batch_normal", last_batch_normal)


def last_batch_normal(host_last_batch_normal: Callable[..., Any], buffer: Any) -> bool:
    """The host's answer, unless a batch of a slow replica is still to come."""
    return bool(host_last_batch_normal(buffer)) and everything_arrived(buffer)
