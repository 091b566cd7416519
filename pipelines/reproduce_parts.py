"""The parts of `make reproduce`: each is done once, and its time, processor time and memory are written down."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.files import atomic

SECONDS_BETWEEN_LOOKS = 5.0

_NOTHING: dict[str, Any] = {"seconds": 0.0, "cpu_seconds": 0.0, "peak_mb": 0, "done": False}


class Parts:
    """What was done in a folder before, with the seconds, the seconds of processors and the memory that it took.

    Processor time is that of this process and of its children that have ended; other programs do not add to it.

    Memory is that of this process and its children together, seen every five seconds; what they share counts once where
    the system tells it (Linux). To look more often would slow a model down whose memory is large.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "parts.json"
        self.done: dict[str, Any] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def require_same(self, settings: dict[str, Any]) -> None:
        """Refuse a folder in which other settings were used.

        Raises:
            RunFolderError: the settings differ.
        """
        before = self.done.setdefault("settings", settings)
        if changed := [name for name in settings if before.get(name) != settings[name]]:
            both = {name: [one.get(name) or "not set" for one in (before, settings)] for name in changed}
            told = ", ".join(f"{name} was {old} and is now {new}" for name, (old, new) in both.items())
            raise RunFolderError(f"{self._file.parent} was begun with other settings ({told}): give another --folder.")
        self._write()

    def do(self, name: str, what: str, action: Callable[[], Any]) -> None:
        """Do a part, unless it is done."""
        entry = self.done.setdefault("parts", {}).setdefault(name, dict(_NOTHING))
        entry |= {key: value for key, value in _NOTHING.items() if key not in entry}
        if entry["done"]:
            print(f"{what}: done before ({entry['seconds']:,.0f} s).", flush=True)
            return
        print(f"{what} …", flush=True)
        begun, before = (time.monotonic(), _processor_seconds()), (entry["seconds"], entry["cpu_seconds"])
        try:
            with _memory_watched(entry):
                action()
            entry["done"] = True
        finally:
            entry["seconds"] = round(before[0] + time.monotonic() - begun[0], 1)
            entry["cpu_seconds"] = round(before[1] + _processor_seconds() - begun[1], 1)
            self._write()
        took = f"{entry['seconds']:,.0f} s, {entry['cpu_seconds']:,.0f} s of processors"
        print(f"  {took}, at most {entry['peak_mb']:,} MB.", flush=True)

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(self._file, json.dumps(self.done, indent=1) + "\n")


def _processor_seconds() -> float:
    return sum(os.times()[:4])


@contextmanager
def _memory_watched(entry: dict[str, Any]) -> Iterator[None]:
    psutil: Any = import_module("psutil")
    this, over = psutil.Process(), threading.Event()

    def look() -> None:
        is_over = False
        while not is_over:
            size = 0
            for process in (this, *this.children(recursive=True)):
                with suppress(psutil.Error):  # it may end meanwhile
                    known = process.memory_full_info()
                    size += getattr(known, "pss", known.rss)
            entry["peak_mb"] = max(entry["peak_mb"], size // 2**20)
            is_over = over.wait(SECONDS_BETWEEN_LOOKS)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
