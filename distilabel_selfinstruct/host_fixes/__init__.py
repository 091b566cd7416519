"""Fixes for bugs of distilabel 1.5.3, the last version of a host that is no longer developed.

`apply()` changes the host in this process; `distilabel_selfinstruct.steps` calls it when it is imported, and
worker processes call it before they run a step. With any other version of the host it does nothing. `FIXES`
lists each bug with the test that reproduces it.

What a user sees: a run always ends. If anything failed (an exception in a step, a dead worker process, rows
that wait for rows that never come), `Pipeline.run` raises `PipelineFailedError` once all rows that could be
made are on disk; the error names each step, batch and exception, and has the rows in `.distiset`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import threading

from distilabel_selfinstruct.host_fixes.failures import PipelineFailedError, StepFailure
from distilabel_selfinstruct.host_fixes.import_warnings import silence
from distilabel_selfinstruct.host_fixes.table import FIXES, HOST_VERSION, HostFix
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

# `logs` first: others import what it has put in the host's place.
_MODULES = (
    "logs",
    "batch_flow",
    "batch_files",
    "routing",
    "write_buffer",
    "mappings",
    "secrets",
    "citations",
    "run_report",
    "stalled",
    "worker_watch",
    "run_ahead",
    "no_cache",
    "saved_dataset",
    "signatures",
    "docstrings",
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
            for name in _MODULES:
                importlib.import_module(f"{__name__}.{name}").apply()
            _applied.set()
    return True
