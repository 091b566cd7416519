"""A run without cache does not write one after every batch.

With `use_cache=False` the host still rebuilds all signatures and writes the whole pipeline and its buffers to disk
after each batch of each step (`pipeline/base.py:1657`), 35 ms and more in the process that moves the batches, for
nothing: such a run starts over the next time. The fix writes `pipeline.yaml`, which the dataset refers to, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "cache without use",
        "pipeline/base.py:1657",
        "with `use_cache=False`, each batch costs 35 ms and more for a cache that is never read",
        "tests/host_fixes/test_cache_without_use.py::test_a_run_without_cache_writes_the_pipeline_and_no_buffers",
    ),
)


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_load_batch_manager", load_batch_manager)
    wrap(BasePipeline, "_cache", cache)


def load_batch_manager(host_load: Callable[..., None], pipeline: Any, use_cache: Any = True) -> None:
    """As the host does; remember whether this run uses the cache."""
    pipeline.uses_cache = bool(use_cache)
    pipeline.was_saved = False
    host_load(pipeline, use_cache)


def cache(host_cache: Callable[..., None], pipeline: Any) -> None:
    """Save the pipeline, with its buffers only if a run can be resumed from them."""
    if getattr(pipeline, "uses_cache", True):
        host_cache(pipeline)
        return
    if pipeline._dry_run or pipeline.was_saved:
        return
    pipeline.was_saved = True
    path = pipeline._cache_location["pipeline"]  # to ask for it costs as much as what is saved here
    if not path.exists():
        pipeline.save(path=path, format=path.suffix.removeprefix("."))
