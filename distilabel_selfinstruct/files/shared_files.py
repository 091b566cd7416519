"""Small files that several processes read and change, one after the other."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from distilabel_selfinstruct.files.flock import flocked, holds_here_only
from distilabel_selfinstruct.files.lease_files import LeaseFiles
from distilabel_selfinstruct.files.lease_owners import this_process
from distilabel_selfinstruct.files.leases import Lease, finish
from distilabel_selfinstruct.files.run_layout import LEASED, LOCK

_SECONDS_BETWEEN_LOOKS = 0.002


def are_leased(folder: Path) -> bool:
    """Whether the files of a folder must be locked by leases: a run says so, or its file system is known for that."""
    return (folder / LEASED).exists() or bool(holds_here_only(folder))


@contextmanager
def exclusively(path: Path, *, by_lease: bool = False) -> Iterator[IO[bytes]]:
    """A file, to be read and changed while no other process does. It is made if it is not there.

    Args:
        path: the file.
        by_lease: lock it by a lease, not by `flock`. A file system without `flock` needs no word of that.
    """
    if not by_lease:
        with _opened(path) as stream:
            if flocked(stream, fcntl.LOCK_EX) is not None:
                yield stream
                return
    lease = Lease(LeaseFiles(path.with_name(f"{path.name}.{LOCK}")), this_process())
    finish(lease.taking(float("inf"), _SECONDS_BETWEEN_LOOKS), time.sleep)
    try:
        with _opened(path) as stream:  # opened after it is locked, so that what others wrote is seen
            yield stream
    finally:
        lease.release()


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
