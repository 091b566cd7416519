"""A global step runs on the rows of one predecessor when another has none.

The host (`pipeline/batch_manager.py:508`) waits until there are rows of every predecessor.
"""

from __future__ import annotations

from typing import Any

from distilabel_selfinstruct.host_fixes.arrivals import everything_arrived, last_batch_is_made
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace

FIXES = (
    HostFix(
        "global step with an empty predecessor",
        "pipeline/batch_manager.py:508",
        "a global step of which a predecessor has no rows: hangs",
        "tests/host_fixes/test_empty_batches.py"
        "::test_global_step_gets_the_rows_of_one_predecessor_when_the_other_has_none",
    ),
)


def apply() -> None:
    """Replace the host's method; called once."""
    from distilabel.pipeline.batch_manager import _BatchManagerStep

    replace(_BatchManagerStep, "_ready_to_create_batch_accumulate", ready_to_create_batch_accumulate)


def ready_to_create_batch_accumulate(buffer: Any) -> bool:
    """A global step's batch is ready when everything has arrived, be it rows of one predecessor only."""
    return everything_arrived(buffer) and not last_batch_is_made(buffer)
