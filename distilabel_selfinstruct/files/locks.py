"""A lock on a folder, held by one process at a time."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO, Any

from distilabel_selfinstruct.errors import FolderInUseError

PATIENCE = 0.5
"""Seconds for which a lock is tried."""


def lock(path: Path, patience: float = PATIENCE) -> IO[str]:
    """Take the lock of a folder for this process. Closing the file releases it, and so does the end of the process.

    Who only looks (see `holder_of`) has the lock for an instant, so one attempt is not enough.

    Args:
        path: the file of the lock, within the folder.
        patience: seconds for which the lock is tried.

    Raises:
        FolderInUseError: another process holds the lock. The message names the process.
    """
    stream = path.open("a+", encoding="utf-8")
    deadline = time.monotonic() + patience
    while not (taken := _try_to_lock(stream, fcntl.LOCK_EX)) and time.monotonic() < deadline:
        time.sleep(0.02)
    if not taken:
        stream.seek(0)
        holder = stream.read().strip() or "unknown"
        stream.close()
        raise FolderInUseError(
            f"{path.parent} is in use by another process (number {holder}): wait for it or stop it.",
            path.parent,
            holder,
        )
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    return stream


def holder_of(path: Path) -> str | None:
    """The number of the process that holds the lock; None if none does.

    To look changes nothing, and several may look at the same time.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            return None if _try_to_lock(stream, fcntl.LOCK_SH) else stream.read().strip()
    except OSError:  # there is no such file, or nobody may write here
        return None


def _try_to_lock(stream: IO[Any], kind: int) -> bool:
    try:
        fcntl.flock(stream, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
