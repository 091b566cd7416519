"""Whether the file system of a folder has `flock`, and whether it holds between machines."""

import errno
import fcntl
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

REFUSALS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP})
"""What file systems without `flock` answer."""

_MOUNTS = Path("/proc/self/mountinfo")

_LINE = re.compile(r"\S+ \S+ \S+ \S+ (\S+) (\S+) .*?- (\S+) \S+ (\S*)")
"""The point, its own options, the kind of file system, and the options of that."""

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """What is mounted at a point of the tree: the kind of file system, and its options."""

    point: str
    kind: str
    options: frozenset[str]

    @property
    def holds_here_only(self) -> bool:
        """Whether `flock` succeeds there on each machine for itself, while others see the same files."""
        if self.kind == "fuse.sshfs":
            return True
        if self.kind in {"nfs", "nfs4"}:
            return bool(self.options & {"nolock", "local_lock=all", "local_lock=flock"})
        return self.kind == "lustre" and "flock" not in self.options


def flocked(stream: IO[Any], kind: int) -> bool | None:
    """Lock an open file; returns whether that succeeded, or None if its file system has no `flock`.

    Args:
        stream: the file.
        kind: as `fcntl.flock` takes it.
    """
    try:
        fcntl.flock(stream, kind)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in REFUSALS:
            return None
        raise
    return True


def holds_here_only(folder: Path) -> str:
    """The kind of the folder's file system, if `flock` does not hold between the machines that share it; else empty."""
    try:
        mount = mount_of(folder.resolve(), _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:  # a system without such a list
        return ""
    return mount.kind if mount is not None and mount.holds_here_only else ""


def mount_of(path: Path, table: str) -> Mount | None:
    """What is mounted where a path is.

    Args:
        path: absolute, without links.
        table: the list of mounts, as Linux writes it to `/proc/self/mountinfo`.
    """
    found = None
    for line in table.splitlines():
        parts = _LINE.match(line)
        if parts is None:
            continue
        escaped, own, kind, options = parts.groups()
        point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), escaped)
        # The last of several mounts at one point is the one that is seen.
        if path.is_relative_to(point) and (found is None or len(point) >= len(found.point)):
            found = Mount(point, kind, frozenset((*own.split(","), *options.split(","))))
    return found


def is_locked(path: Path) -> bool:
    """Whether a process holds the `flock` of a file, as this machine sees it. Looking changes nothing."""
    descriptor = os.open(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as stream:
        return flocked(stream, fcntl.LOCK_SH | fcntl.LOCK_NB) is False
