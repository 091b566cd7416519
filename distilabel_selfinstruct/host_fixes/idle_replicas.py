"""Replicas that are idle when their step has sent its last batch are told to stop.

The host (`pipeline/base.py:1349`) tells them only when a later step of the same stage sends its own last batch. Before
a global step there is none, and the run waits for the idle replicas forever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "idle replicas before a global step",
        "pipeline/base.py:1349",
        "a step with replicas before a global step: hangs",
        "tests/host_fixes/test_empty_batches.py::test_slow_replica_loses_no_row_before_a_global_step",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_register_stages_last_batch", register_stages_last_batch)


def register_stages_last_batch(host_register: Callable[..., None], pipeline: Any, batch: Any) -> None:
    """As the host does; then tell the other replicas of a step that has sent its last batch to stop."""
    from distilabel.constants import LAST_BATCH_SENT_FLAG

    host_register(pipeline, batch)
    for _ in range(pipeline.dag.get_step_replica_count(batch.step_name) - 1):
        pipeline._send_to_step(batch.step_name, LAST_BATCH_SENT_FLAG)


def is_told_to_stop(message: Any) -> bool:
    """Whether a message to a worker says that no batch comes any more."""
    from distilabel.constants import LAST_BATCH_SENT_FLAG

    return message is None or bool(message == LAST_BATCH_SENT_FLAG)
