"""Processes of a run that do not outlive the process that started them."""

import ctypes
import multiprocessing
import multiprocessing.util
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """End this process when its parent is killed. Does something in child processes on Linux only.

    Without it the host's workers go on for half a minute after `kill -9`, keep asking the model, and hold the journal;
    the process that holds its queues stays for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if not parent.is_alive():  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


class _Run:
    """Whether a pipeline runs in this process; child processes forked meanwhile are its own."""

    under_way = False


def _after_fork(run: type[_Run]) -> None:
    if run.under_way:
        die_with_parent()


multiprocessing.util.register_after_fork(_Run, _after_fork)


@contextmanager
def no_orphans() -> Iterator[None]:
    """Whatever `multiprocessing` forks in the meantime ends when this process is killed."""
    _Run.under_way = True
    try:
        yield
    finally:
        _Run.under_way = False
