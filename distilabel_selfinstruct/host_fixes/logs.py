"""Logging after a run: the root logger gets back the handlers and the level that it had before.

The host (`utils/logging.py:100`) empties the root logger's handlers and puts its own queue there; after `run`
the queue is closed and every log record of the program prints a "Queue is closed" traceback.
"""

from __future__ import annotations

import logging
import multiprocessing
from typing import Any

from distilabel.pipeline import base, local, ray
from distilabel.utils import logging as host_logging

from distilabel_selfinstruct.host_fixes.replacing import replace

# The host silences httpx, which logs each request; newer OpenAI clients use its successor.
_ALSO_SILENT = ("httpx2", "httpcore2")

_host_setup_logging = host_logging.setup_logging
_host_stop_logging = host_logging.stop_logging

# What the root logger had before a run; empty when no run is going on. One run at a time, as in the host.
_before_run: list[tuple[list[logging.Handler], int]] = []


def apply() -> None:
    """Replace the host's functions in each module that imported them; called once."""
    for module in (host_logging, base, local, ray):
        replace(module, "setup_logging", setup_logging)
        replace(module, "stop_logging", stop_logging)


def setup_logging(*args: Any, **kwargs: Any) -> None:
    """Set up the host's logging; in the main process, remember what was there."""
    if not _before_run and multiprocessing.current_process().name == "MainProcess":
        root = logging.getLogger()
        _before_run.append((list(root.handlers), root.level))
    _host_setup_logging(*args, **kwargs)
    for name in _ALSO_SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def stop_logging() -> None:
    """Stop the host's logging and put the root logger back as it was before the run."""
    _host_stop_logging()
    if _before_run:
        handlers, level = _before_run.pop()
        root = logging.getLogger()
        root.handlers[:] = handlers
        root.setLevel(level)
