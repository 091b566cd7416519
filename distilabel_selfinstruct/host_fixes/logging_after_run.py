"""Logging after a run: the root logger gets back the handlers and the level that it had before.

The host (`utils/logging.py:100`) empties the root logger's handlers and puts its own queue there; after `run`
the queue is closed and every log record of the program prints a "Queue is closed" traceback.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "logging after a run",
        "utils/logging.py:100",
        "each log record after `run` prints a traceback; the program's own handlers are gone",
        "tests/host_fixes/test_around_the_run.py::test_logging_after_a_run_goes_where_it_went_before",
    ),
)

# The host silences httpx, which logs each request; newer OpenAI clients use its successor.
_ALSO_SILENT = ("httpx2", "httpcore2")

# What the root logger had before a run; empty when no run is active. One run at a time, as in the host.
_before_run: list[tuple[list[logging.Handler], int]] = []


def apply() -> None:
    """Wrap the host's functions in each module that imported them; called once."""
    from distilabel.pipeline import base, local, ray
    from distilabel.utils import logging as host_logging

    for module in (host_logging, base, local, ray):
        wrap(module, "setup_logging", setup_logging)
        wrap(module, "stop_logging", stop_logging)
    for kind in (local.Pipeline, ray.RayPipeline):
        wrap(kind, "run", run)


def setup_logging(host_setup_logging: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    """Set up the host's logging; in the main process, remember what was there."""
    if not _before_run and multiprocessing.current_process().name == "MainProcess":
        root = logging.getLogger()
        _before_run.append((list(root.handlers), root.level))
    host_setup_logging(*args, **kwargs)
    for name in _ALSO_SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def stop_logging(host_stop_logging: Callable[[], None]) -> None:
    """Stop the host's logging and put the root logger back as it was before the run."""
    host_stop_logging()
    if _before_run:
        handlers, level = _before_run.pop()
        root = logging.getLogger()
        root.handlers[:] = handlers
        root.setLevel(level)


def run(host_run: Callable[..., Any], pipeline: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does; stop its logging also when it raises."""
    from distilabel.utils import logging as host_logging

    try:
        return host_run(pipeline, *args, **kwargs)
    finally:
        host_logging.stop_logging()
