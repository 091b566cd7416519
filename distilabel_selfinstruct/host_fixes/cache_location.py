"""Where a run keeps its files is found out once.

The host builds the signatures of all steps again each time that it asks for one of these paths
(`pipeline/base.py:826`), and it asks for each batch of each step: 40 ms and more in the process that moves the batches,
more than half of the CPU time of a run in batches of 50. Nothing that is part of a signature changes during a
run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, around, replace, wrap

FIXES = (
    HostFix(
        "signatures for each batch",
        "pipeline/base.py:826",
        "each batch costs 40 ms and more, since the signatures of all steps are built again",
        "tests/host_fixes/test_cache_location.py::test_more_batches_need_no_more_signatures",
    ),
)


def apply() -> None:
    """Wrap the host's property and methods; called once."""
    from distilabel.pipeline.base import BasePipeline

    host_property: Any = BasePipeline._cache_location
    replace(BasePipeline, "_cache_location", property(around(host_property.fget, location)))
    wrap(BasePipeline, "_load_batch_manager", load_batch_manager)
    wrap(BasePipeline, "run", run)


def location(host_location: Callable[..., Any], pipeline: Any) -> Any:
    """The paths by name: those that were found when the batches of the run began, or else the host's."""
    return getattr(pipeline, "location_of_run", None) or host_location(pipeline)


def load_batch_manager(host_load: Callable[..., None], pipeline: Any, use_cache: Any = True) -> None:
    """As the host does; then remember the paths. All that is part of a signature is known by now."""
    host_load(pipeline, use_cache)
    pipeline.location_of_run = pipeline._cache_location


def run(host_run: Callable[..., Any], pipeline: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does; the steps may have other parameters than in the last run."""
    pipeline.location_of_run = None
    return host_run(pipeline, *args, **kwargs)
