"""A run without cache does not write one after every batch.

With `use_cache=False` the host still rebuilds all signatures and writes the whole pipeline and its buffers to disk
after each batch of each step (`pipeline/base.py:1657`), 35 ms and more in the process that moves the batches, for
nothing: such a run starts over the next time. The fix writes `pipeline.yaml`, which the dataset refers to, once.
"""

from __future__ import annotations

from typing import Any

from distilabel.pipeline.base import BasePipeline

from distilabel_selfinstruct.host_fixes.replacing import replace

_host_cache = BasePipeline._cache
_host_load_batch_manager = BasePipeline._load_batch_manager


def apply() -> None:
    """Replace the host's methods; called once."""
    replace(BasePipeline, "_load_batch_manager", load_batch_manager)
    replace(BasePipeline, "_cache", cache)


def load_batch_manager(pipeline: Any, use_cache: Any = True) -> None:
    """As the host does; remember whether this run uses the cache."""
    pipeline.uses_cache = bool(use_cache)
    _host_load_batch_manager(pipeline, use_cache)


def cache(pipeline: Any) -> None:
    """Save the pipeline, with its buffers only if the run can go on from them."""
    if getattr(pipeline, "uses_cache", True):
        _host_cache(pipeline)
        return
    path = pipeline._cache_location["pipeline"]
    if not pipeline._dry_run and not path.exists():
        pipeline.save(path=path, format=path.suffix.removeprefix("."))
