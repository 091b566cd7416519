"""Ctrl-C while a command has nothing to finish: it says that it stopped, and ends with the usual status."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from types import FrameType

EXIT_STATUS = 130

_SAID = b"\nStopped.\n"


@contextmanager
def stopping_at_once(*, is_process: bool) -> Iterator[None]:
    """End the process at once on Ctrl-C: for the time of imports, where an exception would surface anywhere.

    `selfinstruct run` stays so until its pipeline starts: what it has written by then can be resumed. Other commands
    call `stop_by_exception`.

    Args:
        is_process: the process ends with this block. While it ends it waits for threads and leaves libraries; Ctrl-C
            kills it then, since an exception would be a traceback.
    """
    if current_thread() is not main_thread():  # signals are not ours
        yield
        return
    owner = os.getpid()

    def stop(signal_number: int, frame: FrameType | None) -> None:
        del signal_number, frame
        if os.getpid() != owner:  # a process that was forked with this handler
            return
        with suppress(Exception):  # the signal may have come while it was written to
            sys.stdout.flush()
        os.write(2, _SAID)
        os._exit(EXIT_STATUS)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if is_process else before)


def stop_by_exception() -> None:
    """From now on, let Ctrl-C end the command by an exception, so that it closes what it has opened."""
    if current_thread() is main_thread():
        signal.signal(signal.SIGINT, _exit)


@contextmanager
def saying_after(say_more: Callable[[], object]) -> Iterator[None]:
    """Call a function where Ctrl-C ends the command meanwhile (see `stop_by_exception`)."""
    try:
        yield
    except SystemExit as ending:
        if ending.code == EXIT_STATUS:
            say_more()
        raise


def _exit(signal_number: int, frame: FrameType | None) -> None:
    del signal_number, frame
    os.write(2, _SAID)
    sys.exit(EXIT_STATUS)
