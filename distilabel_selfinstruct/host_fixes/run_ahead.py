"""A generator that asks a model is not made to wait for the steps after it.

The host asks a generator for its next batch only when the step after it has used up the last one
(`pipeline/base.py:1778`), so that of two steps that each wait for a server, one is always idle. A generator with
`runs_ahead = True` is asked for its next batch as soon as it has sent one. Rows wait in the host's buffers meanwhile.
"""

from __future__ import annotations

from typing import Any

from distilabel.constants import STEP_ATTR_NAME
from distilabel.pipeline.base import BasePipeline
from distilabel.pipeline.batch import _Batch

from distilabel_selfinstruct.host_fixes.replacing import replace
from distilabel_selfinstruct.host_fixes.stalled import unanswered

_host_manage_batch_flow = BasePipeline._manage_batch_flow


def apply() -> None:
    """Replace the host's method; called once."""
    replace(BasePipeline, "_manage_batch_flow", manage_batch_flow)


def manage_batch_flow(pipeline: Any, batch: _Batch) -> None:
    """As the host does; then ask a generator that runs ahead for its next batch, unless it was asked already."""
    _host_manage_batch_flow(pipeline, batch)
    step = pipeline.dag.get_step(batch.step_name)[STEP_ATTR_NAME]
    if getattr(step, "runs_ahead", False) and not batch.last_batch and not unanswered(pipeline, batch.step_name):
        pipeline._request_batch_from_generator(batch.step_name)
