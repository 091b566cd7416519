"""Steps that ask a model have requests in flight all the time.

The host hands a step its next batch when it is done with one. A step that waits for a server would have nothing in
flight each time but the last few answers of a batch. One that `BeginsBatches` gets them as soon as they arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import Any

from distilabel_selfinstruct.host_fixes.contracts import BeginsBatches
from distilabel_selfinstruct.host_fixes.host_fix import HostFix

FIXES = (
    HostFix(
        "steps that wait for whole batches",
        "pipeline/step_wrapper.py:198",
        "a step that waits for a server is idle between two batches",
        "tests/running/test_overlap.py::test_the_stages_keep_the_model_busy_at_the_same_time",
    ),
)


def begin_early(step: Any, batches: Iterator[Any]) -> Iterator[Any]:
    """The batches. A step that `BeginsBatches` is told of each when it arrives, while it still processes earlier ones.

    Args:
        step: the step that will process the batches.
        batches: the batches as they arrive; each `next` waits for one.
    """
    if not isinstance(step, BeginsBatches):
        yield from batches
        return
    arrived: Queue[Any] = Queue()

    def read() -> None:
        for batch in batches:
            _begin(step, batch)
            arrived.put(batch)
        arrived.put(None)

    Thread(target=read, name="batches", daemon=True).start()
    yield from iter(arrived.get, None)


def first_row_of(step: Any, batch: Any) -> int:
    """The number of the first row of a batch among all rows of its step: all batches but the last are of one size."""
    return int(batch.seq_no) * int(step.input_batch_size or 0)


def _begin(step: Any, batch: Any) -> None:
    if batch.data_path is not None or len(batch.data) != 1 or not batch.data[0]:
        return
    try:
        (rows,), _ = step._apply_input_mappings((batch.data[0],))
        step.begin_batch(rows, first_row_of(step, batch))
    except Exception as error:  # `process` will meet it again, where failures are reported
        step._logger.debug(f"batch {batch.seq_no} could not be begun early: {error}")
