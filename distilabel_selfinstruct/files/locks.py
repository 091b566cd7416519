"""A lock on a folder, held by one process at a time."""

import fcntl
import os
from pathlib import Path
from typing import IO

from distilabel_selfinstruct.errors import FolderInUseError


def lock(path: Path) -> IO[str]:
    """Take the lock of a folder for this process. Closing the file releases it, and so does the end of the process.

    Raises:
        FolderInUseError: another process holds the lock. The message names the process.
    """
    stream = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read().strip() or "unknown"
        stream.close()
        raise FolderInUseError(
            f"{path.parent} is in use by another process (number {holder}): wait for it or stop it.",
            path.parent,
            holder,
        ) from None
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    return stream
