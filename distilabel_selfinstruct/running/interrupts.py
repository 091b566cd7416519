"""Ctrl-C during a run: once finishes the requests in flight, twice stops at once. Both runs can be resumed."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from distilabel_selfinstruct.journal.stop_file import ask_to_stop
from distilabel_selfinstruct.records import RESUME
from distilabel_selfinstruct.running.batches import batches_in_words

INTERRUPTED = f"it was interrupted. {RESUME}"
EXIT_STATUS = 130


@contextmanager
def stopping_gently(state: Path, pipeline: Any) -> Iterator[None]:
    """Answer SIGINT while the pipeline runs; only in the main thread, where signals arrive."""
    owner = os.getpid()
    was_pressed = False

    def stop(signal_number: int, frame: FrameType | None) -> None:
        nonlocal was_pressed
        del signal_number, frame
        if os.getpid() != owner:  # a worker, which was forked with this handler
            return
        if not was_pressed:  # a limit that stopped the run before is no reason to drop the requests in flight
            was_pressed = True
            ask_to_stop(state, INTERRUPTED)
            if batches := batches_in_words(state):
                _say(f"The server works on: {batches}. Run the same command again to fetch the answers.")
            else:
                _say("Finishing the requests in flight. Press Ctrl-C again to stop at once.")
        else:
            for process in multiprocessing.active_children():
                process.kill()
            _say(f"Stopped. What has arrived is kept. {RESUME}")
            os._exit(EXIT_STATUS)

    pipeline._handle_keyboard_interrupt = lambda: None  # the host would drop the batches between its steps
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _say(text: str) -> None:
    print(f"\n{text}", file=sys.stderr, flush=True)  # noqa: T201 - said to the one who pressed the keys
