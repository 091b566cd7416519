"""A lock on a folder, held by one process at a time: by `flock`, and by a lease where that is not enough."""

import fcntl
import os
import threading
import time
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType
from typing import IO, Literal

from typing_extensions import Self

from distilabel_selfinstruct.errors import FolderInUseError
from distilabel_selfinstruct.files.flock import flocked, holds_here_only
from distilabel_selfinstruct.files.lease_files import LeaseFiles
from distilabel_selfinstruct.files.lease_owners import lives, this_process
from distilabel_selfinstruct.files.leases import ABANDONED_AFTER, RENEWED_EVERY, VALID_FOR, Lease, finish, record_in
from distilabel_selfinstruct.files.run_layout import LEASES, LOCK

PATIENCE = 0.5
"""Seconds for which a lock is tried."""

_SECONDS_BETWEEN_TRIES = 0.02
_SECONDS_BETWEEN_LOOKS = 0.25
_SECONDS_UNTIL_RETRY = 1.0
"""How soon a lease is renewed again when that failed."""


LockKind = Literal["auto", "flock", "lease"]
"""How a folder is locked. `auto` is `flock`, with a lease where the file system refuses `flock` or is known to keep it
to one machine. Where a lease was used before, it is used again."""


class FolderLock:
    """The lock of a folder, for the process that holds it. Closing it releases it.

    The end of the process releases it too: `flock` at once, and a lease at once for processes of the same machine.
    """

    def __init__(self, path: Path, stream: IO[str], lease: Lease | None, why_leased: str) -> None:
        self._path = path
        self._stream = stream
        self._lease = lease
        self._closed = threading.Event()
        self.why_leased = why_leased
        if lease is not None:
            threading.Thread(target=self._renew, args=(lease,), name=f"lease of {path.parent}", daemon=True).start()

    @property
    def took_over(self) -> bool:
        """Whether a lease was taken over from a process that did not release it, and might still write a last time."""
        return self._lease is not None and self._lease.took_over

    def check(self) -> None:
        """Check that this process still holds the lock: a lease that is not renewed in time can be taken over.

        Raises:
            FolderInUseError: another process has taken it over, and nothing must be written here any more.
        """
        lease = self._lease
        if lease is None or lease.is_held():
            return
        raise FolderInUseError(
            f"{self._path.parent} was taken over by another process (number {lease.holder}), because this one did not "
            f"renew its lease for {VALID_FOR:g} seconds: wait for that one, then run the same command again to resume.",
            self._path.parent,
            str(lease.holder),
        )

    def close(self) -> None:
        """Let other processes have the folder."""
        if self._closed.is_set():
            return
        self._closed.set()
        with suppress(OSError):  # others must wait until it is abandoned
            if self._lease is not None:
                self._lease.release()
        self._stream.close()

    def __enter__(self) -> Self:
        """The lock is held already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release it."""
        self.close()

    def _renew(self, lease: Lease) -> None:
        is_ours: bool | None = True
        while is_ours is not False:
            if self._closed.wait(_SECONDS_UNTIL_RETRY if is_ours is None else RENEWED_EVERY):
                return
            is_ours = None
            with suppress(OSError):  # a server may be away for a while; `check` says when that was too long
                is_ours = lease.renewed()


def lock(path: Path, patience: float = PATIENCE, kind: LockKind = "auto") -> FolderLock:
    """Take the lock of a folder for this process.

    Who only looks (see `holder_of`) has the lock for an instant, so one attempt is not enough. A lease whose holder may
    be dead is waited for until it is renewed or abandoned, `ABANDONED_AFTER` seconds at most.

    Args:
        path: the file of the lock, within the folder.
        patience: seconds for which the lock is tried while its holder lives.
        kind: how it is locked.

    Raises:
        FolderInUseError: another process holds the lock. The message names the process.
        OSError: the file system refuses `flock`, and `kind` is `flock`.
    """
    stream = path.open("a+", encoding="utf-8")
    try:
        return _taken(path, stream, patience, kind)
    except BaseException:
        stream.close()
        raise


def holder_of(path: Path) -> str | None:
    """The number of the process that holds the lock; None if none does.

    To look changes nothing, and several may look at the same time. Of a lease on another machine the look tells by the
    time of day whether it was renewed in time.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            if flocked(stream, fcntl.LOCK_SH | fcntl.LOCK_NB) is False:
                return stream.read().strip()
        store = LeaseFiles(path)
        number = max(store.numbers(), default=0)
        record = record_in(store.read(number) or b"")
        is_held = number > 0 and not record.released and store.age(number, time.time()) < ABANDONED_AFTER
        return str(record.owner) if is_held and lives(record.owner) is not False else None
    except OSError:  # there is no such file, or nobody may write here
        return None


def has_lease(path: Path) -> bool:
    """Whether a lock is or was held by a lease: one that ended may have to be waited for."""
    return bool(LeaseFiles(path).numbers())


def is_of_lock(path: Path) -> bool:
    """Whether a file is the lock of the folder it is in, or a record of its lease."""
    return path.name == LOCK or fnmatch(path.name, LEASES)


def _taken(path: Path, stream: IO[str], patience: float, kind: LockKind) -> FolderLock:
    taken = _take_flock(stream, patience, kind)
    if taken is False:
        stream.seek(0)
        raise _in_use(path, stream.read().strip() or "unknown")
    if taken:
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
    why = _why_leased(path, kind, has_flock=bool(taken))
    if not why:
        return FolderLock(path, stream, None, "")
    lease = Lease(LeaseFiles(path), this_process())
    if not finish(lease.taking(patience, _SECONDS_BETWEEN_LOOKS), time.sleep):
        raise _in_use(path, str(lease.holder))
    return FolderLock(path, stream, lease, why)


def _take_flock(stream: IO[str], patience: float, kind: LockKind) -> bool | None:
    deadline = time.monotonic() + patience
    while (taken := flocked(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)) is False and time.monotonic() < deadline:
        time.sleep(_SECONDS_BETWEEN_TRIES)
    if taken is None and kind == "flock":
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises what the file system says
    return taken


def _why_leased(path: Path, kind: LockKind, *, has_flock: bool) -> str:
    """Why a lock needs a lease, as a clause; empty if it needs none."""
    if kind == "lease":
        return "that was asked for"
    if not has_flock:
        return "its file system has no `flock`"
    if LeaseFiles(path).numbers():
        return "an earlier process did so"
    if kind == "auto" and (found := holds_here_only(path.parent)):
        return f"on its file system ({found}) `flock` holds on one machine only"
    return ""


def _in_use(path: Path, holder: str) -> FolderInUseError:
    return FolderInUseError(
        f"{path.parent} is in use by another process (number {holder}): wait for it or stop it.", path.parent, holder
    )
