"""The records of a lease as files beside each other."""

import os
import re
from pathlib import Path


class LeaseFiles:
    """Files with the name of a lock and a number: `lock.1`, `lock.2` and so on. Of most locks one is there.

    Each is opened for each look, since network file systems show what others wrote to who opens a file.

    Args:
        path: the name without the number. No such file is made.
    """

    def __init__(self, path: Path) -> None:
        self._folder = os.fspath(path.parent)
        self._path = os.fspath(path)
        self._name = re.compile(re.escape(path.name) + r"\.([0-9]+)")

    def numbers(self) -> list[int]:
        """The numbers of the files that are there."""
        found = map(self._name.fullmatch, os.listdir(self._folder))  # noqa: PTH208 - a Path costs ten times as much
        return [int(match[1]) for match in found if match]

    def create(self, number: int, content: bytes) -> bool:
        """Create a file, if there is none of this number; returns whether it was created."""
        try:
            descriptor = os.open(self._file(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            return False
        _write(descriptor, content)
        return True

    def read(self, number: int) -> bytes | None:
        """The content of a file; None if it is not there."""
        try:
            return Path(self._file(number)).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, number: int, content: bytes) -> None:
        """Replace the content of a file, if it is there."""
        try:
            descriptor = os.open(self._file(number), os.O_WRONLY)
        except FileNotFoundError:
            return
        _write(descriptor, content)

    def remove(self, number: int) -> None:
        """Remove a file, if it is there."""
        Path(self._file(number)).unlink(missing_ok=True)

    def age(self, number: int, now: float) -> float:
        """Seconds since a file was written, if the clocks of all machines agree; 0 if it is not there.

        Args:
            number: that of the file.
            now: the time of day, in seconds since 1970 in UTC.
        """
        try:
            return now - os.stat(self._file(number)).st_mtime  # noqa: PTH116
        except FileNotFoundError:
            return 0.0

    def _file(self, number: int) -> str:
        return f"{self._path}.{number}"


def _write(descriptor: int, content: bytes) -> None:
    """Write a record in one piece, over a shorter or longer one."""
    try:
        os.write(descriptor, content)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)
