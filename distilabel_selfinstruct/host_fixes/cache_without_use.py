"""A run without cache does not write one after every batch.

With `use_cache=False` the host still rebuilds all signatures and writes the whole pipeline and its buffers to disk
after each batch of each step (`pipeline/base.py:1657`), 35 ms and more in the process that moves the batches, for
nothing: such a run starts over the next time. The fix writes `pipeline.yaml`, which the dataset refers to, once. The
host also writes the rows of each batch (`pipeline/base.py:1719`), and hashes them for the name of a file of the cache
whenever rows are put into a batch or taken out (`pipeline/batch.py:109`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace, wrap

FIXES = (
    HostFix(
        "cache without use",
        "pipeline/base.py:1657",
        "with `use_cache=False`, each batch costs 35 ms and more for a cache that is never read",
        "tests/host_fixes/test_cache_without_use.py::test_a_run_without_cache_writes_the_pipeline_and_no_buffers",
    ),
    HostFix(
        "rows of a cache without use",
        "pipeline/base.py:1719",
        "with `use_cache=False`, the rows of each step are written to a folder from which nobody reads them",
        "tests/host_fixes/test_cache_without_use.py::test_a_run_without_cache_writes_the_pipeline_and_no_buffers",
    ),
    HostFix(
        "hashes without use",
        "pipeline/batch.py:109",
        "the rows of each batch are written as text and hashed, several times, also where no cache needs the hash",
        "tests/host_fixes/test_cache_without_use.py::test_a_hash_is_that_of_the_host_and_made_when_it_is_needed",
    ),
)


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.base import BasePipeline
    from distilabel.pipeline.batch import _Batch

    wrap(BasePipeline, "_load_batch_manager", load_batch_manager)
    wrap(BasePipeline, "_cache", cache)
    wrap(BasePipeline, "_register_batch", register_batch)
    host_update_data_hash = _Batch._update_data_hash
    replace(_Batch, "_update_data_hash", forget_data_hash)
    wrap(_Batch, "_model_dump", functools.partial(dump_with_hash, host_update_data_hash))


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


def register_batch(host_register: Callable[..., None], pipeline: Any, batch: Any) -> None:
    """Have the batch manager take note of a batch, and keep its rows only if a run can be resumed from them."""
    if getattr(pipeline, "uses_cache", True):
        host_register(pipeline, batch)
    else:
        pipeline._batch_manager.register_batch(batch)


def forget_data_hash(batch: Any) -> None:
    """The rows of a batch are others: their hash is made when it is needed."""
    batch.data_hash = None


def dump_with_hash(
    host_update_data_hash: Callable[..., None], host_dump: Callable[..., Any], batch: Any, *args: Any, **kwargs: Any
) -> Any:
    """The batch as a dict, with the hash of its rows."""
    if batch.data_hash is None:
        host_update_data_hash(batch)
    return host_dump(batch, *args, **kwargs)
