"""Fixes for bugs of distilabel 1.5.3, the last version of a host that is no longer developed.

`apply()` changes the host in this process; `distilabel_selfinstruct.steps` calls it when it is imported, and
worker processes call it before they run a step. With any other version of the host it does nothing. `FIXES`
lists each bug with the test that reproduces it; to read it imports no host. Each description stands in the module
that fixes the bug.

What a user sees: a run always ends. If anything failed (an exception in a step, a dead worker process, rows
that wait for rows that never come), `Pipeline.run` raises `PipelineFailedError` once all rows that could be
made are on disk; the error names each step, batch and exception, and has the rows in `.distiset`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import threading
from types import ModuleType

from distilabel_selfinstruct.host_fixes.failures import PipelineFailedError, StepFailure
from distilabel_selfinstruct.host_fixes.host_fix import HOST_VERSION, HostFix
from distilabel_selfinstruct.host_fixes.quiet_import import silence
from distilabel_selfinstruct.host_fixes.tracebacks import restore_plain_tracebacks

__all__ = [
    "FIXES",
    "HOST_VERSION",
    "HostFix",
    "PipelineFailedError",
    "StepFailure",
    "apply",
    "restore_plain_tracebacks",
]

_GROUNDWORK = ("batch_counts", "failures", "step_worker")
"""What several fixes need changed in the host."""

_FIXES_FOR_A_RUN = (
    "empty_last_batch",
    "global_step_with_empty_predecessor",
    "replicas_out_of_order",
    "idle_replicas",
    "sequential_load_groups",  # before the next, which ends a run that has asked its idle generators
    "stalled_run",
    "routing_on_python_313",
    "read_ahead",
    "failed_replica",
    "unpicklable_step",
    "exception_between_steps",
    "dead_worker",
    "orphans",
    "interrupt_after_run",
    "logging_after_run",
    "changing_columns",
    "columns_before_global_step",
    "values_json_lacks",
    "overridden_columns",
    "cache_without_use",
    "cache_location",
    "late_looks",
    "levels_of_steps",
    "rows_without_use",
    "dataset_folders",
    "paths_taken_for_patterns",
    "missing_fields",  # before the next, which takes secrets out of what it adds
    "secrets_in_yaml",
    "lists_that_start_with_none",
    "names_for_each_field",
    "docstrings_on_python_313",
    "citations",
    "ray_stop",
    "ray_watch",
    "ray_actors",  # the last: it removes what is left of a run when all others are done with it
)
"""Modules with a fix and an `apply`, in this order: of two fixes for one function, the later gets the earlier."""

_FIXES_IN_WORKERS = (
    "generator_without_last_batch",
    "several_yields",
    "exception_in_step",
    "exception_in_load",
    "exception_in_unload",
    "unpicklable_rows",
    "waiting_steps",
)
"""Modules with a fix that `step_worker` puts together."""

_FIXES_FOR_THE_PROCESS = ("quiet_import", "tracebacks")
"""Modules with a fix that has to come before the host is imported, or that the program decides about."""


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")


FIXES: tuple[HostFix, ...] = tuple(
    fix for name in (*_FIXES_FOR_A_RUN, *_FIXES_IN_WORKERS, *_FIXES_FOR_THE_PROCESS) for fix in _module(name).FIXES
)

_lock = threading.Lock()
_applied = threading.Event()


def apply() -> bool:
    """Fix the host in this process, once. Returns whether the fixes are in force."""
    return _apply_to(importlib.metadata.version("distilabel"))


def _apply_to(version: str) -> bool:
    if version != HOST_VERSION:
        return False
    with _lock:
        if not _applied.is_set():
            silence()
            for name in (*_GROUNDWORK, *_FIXES_FOR_A_RUN):
                _module(name).apply()
            _applied.set()
    return True
