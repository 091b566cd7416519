"""A run whose rows are only counted keeps no copy of them.

The host writes the rows of the last steps as parquet files (`pipeline/base.py:1008`) and reads them into the cache of
`datasets` (`distiset.py:706`), where they stay for ever; `datasets` imports SciPy for that. Whoever has the rows
elsewhere waits for all of it, and has to look for the copies of what was private. A pipeline with a `row_counter`
counts them instead, and returns an empty `Distiset`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "rows without use",
        "distiset.py:706",
        "who only counts the rows waits half a second and more; a copy of them stays in the user's cache of datasets",
        "tests/host_fixes/test_rows_without_use.py::test_rows_that_are_only_counted_are_not_written",
    ),
)


class RowCounter:
    """Counts the rows that come out of the last steps, in the place of what the host writes them with.

    Attributes:
        num_rows: how many have come out.
    """

    def __init__(self) -> None:
        self.num_rows = 0

    def add_batch(self, batch: Any) -> None:
        """Count the rows of a batch."""
        self.num_rows += len(batch.data[0])

    def close(self) -> None:
        """Nothing is left to be written."""


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_setup_write_buffer", setup_write_buffer)


def count_rows(pipeline: Any) -> RowCounter:
    """Have the next run of a pipeline, one without cache, only count its rows."""
    counter = pipeline.row_counter = RowCounter()
    return counter


def row_counter_of(pipeline: Any) -> RowCounter | None:
    """What counts the rows of a pipeline; None if they are kept."""
    return getattr(pipeline, "row_counter", None)


def setup_write_buffer(host_setup: Callable[..., None], pipeline: Any, use_cache: Any = True) -> None:
    """As the host does, unless the rows are only counted: then the folder of its files is empty."""
    counter = row_counter_of(pipeline)
    if counter is None:
        host_setup(pipeline, use_cache)
        return
    from distilabel.constants import STEPS_OUTPUTS_PATH

    data = pipeline._cache_location["data"]
    shutil.rmtree(data, ignore_errors=True)
    (data / STEPS_OUTPUTS_PATH).mkdir(parents=True)
    pipeline._write_buffer = counter
