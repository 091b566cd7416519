"""How much memory and how many processors are left on this machine, and whether a model fits."""

import os
import sys
from pathlib import Path

from distilabel_selfinstruct.errors import ModelError

WORKING_BYTES = 300_000_000
"""What an engine needs besides the weights and the cache: buffers for a batch of tokens, the vocabulary, itself."""

LOOK_SECONDS = 0.5
"""How long the processors are watched before the idle ones are counted."""

_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int | None:
    """The memory that programs may still take, also within the limit of a container; None if it is not known."""
    if sys.platform.startswith("linux"):
        left = [_free_in_meminfo(Path("/proc/meminfo")), _free_in_cgroup(_CGROUP)]
        known = [number for number in left if number is not None]
        return min(known) if known else None
    try:
        # All of it: other systems take memory from other programs when it is needed.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def check_memory(title: str, needed: int, available: int | None) -> None:
    """Refuse a model that does not fit.

    Args:
        title: what to call it.
        needed: bytes for its weights, its contexts and the engine.
        available: bytes that are left; None if that is not known.

    Raises:
        ModelError: it needs more than there is.
    """
    if available is not None and needed > available:
        raise ModelError(
            f"{title} needs {in_gigabytes(needed)} of memory, and {in_gigabytes(available)} are free: end other "
            "programs, lower `max_in_flight`, or choose a smaller model."
        )


def in_gigabytes(count: int) -> str:
    """Bytes as gigabytes."""
    return f"{count / 1e9:,.1f} GB"


def idle_processors() -> int:
    """How many processors have nothing to do just now, at least one.

    Threads of an engine wait for each other by turning in circles. One that has to share its processor holds up all
    others, so there must be none too many. The load average would also count what ended a minute ago, as a training
    does whose model is served next.
    """
    import psutil

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    busy: float = psutil.cpu_percent(interval=LOOK_SECONDS) / 100 * (os.cpu_count() or 1)
    return max(1, usable - round(busy))


def _free_in_meminfo(path: Path) -> int | None:
    try:
        for line in path.read_text().splitlines():
            name, _, rest = line.partition(":")
            if name == "MemAvailable":
                return int(rest.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _free_in_cgroup(folder: Path) -> int | None:
    try:
        limit = (folder / "memory.max").read_text().strip()
        if limit == "max":
            return None
        used = int((folder / "memory.current").read_text())
        rows = (line.split() for line in (folder / "memory.stat").read_text().splitlines())
        given_back = sum(int(count) for name, count in rows if name == "inactive_file")
        return max(0, int(limit) - used + given_back)
    except (OSError, ValueError, IndexError):
        return None
