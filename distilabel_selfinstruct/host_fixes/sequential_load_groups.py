"""A generator is asked for its next batch although the step after it is not loaded yet.

The host (`pipeline/base.py:1634`) asks when a successor has used up its rows, and so never when the successor is only
loaded once the generator has finished (`load_groups="sequential_step_execution"`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.batch_counts import another_batch_will_come
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "steps one after the other",
        "pipeline/base.py:1634",
        "`load_groups` that load a step after its generator has finished: the generator is not asked, hangs",
        "tests/host_fixes/test_host_features.py::test_steps_may_be_loaded_one_after_the_other",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_should_continue_processing", should_continue_processing)


def should_continue_processing(host_should_continue: Callable[..., Any], pipeline: Any) -> bool:
    """The host's answer; if the run is to continue and no batch will come, idle generators are asked for one."""
    if not host_should_continue(pipeline):
        return False
    if not another_batch_will_come(pipeline):
        _ask_idle_generators(pipeline)
    return True


def _ask_idle_generators(pipeline: Any) -> None:
    """Ask running generators that are not finished for another batch."""
    from distilabel.pipeline.batch import _Batch

    for name in pipeline.dag.root_steps:
        if pipeline._is_step_running(name) and not pipeline._batch_manager.step_has_finished(name):
            last_request = pipeline._batch_manager.get_last_batch_sent(name)
            first = _Batch(seq_no=0, step_name=name, last_batch=pipeline._dry_run)
            pipeline._send_batch_to_step(last_request.next_batch() if last_request else first)
