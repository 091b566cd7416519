"""What a server writes: kept in memory until there is a file for it, and its last lines for messages."""

from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

MOST_LINES = 4000
LINES_IN_MESSAGES = 3


class ServerLog:
    """The log of a server, also over several starts of it. For any thread.

    Args:
        secret: is cut out of each line.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._lines: deque[bytes] = deque(maxlen=MOST_LINES)
        self._stream: BinaryIO | None = None
        self._lock = Lock()
        self.path: Path | None = None

    def write(self, line: bytes) -> None:
        """Add a line, with its end. A disk that is full costs the line, not the run."""
        line = line.replace(self._secret, b"***")
        with self._lock:
            self._lines.append(line)
            if self._stream is not None:
                with suppress(OSError):
                    self._stream.write(line)

    def keep_in(self, path: Path) -> None:
        """Write what there is, and what comes, to the end of a file.

        Raises:
            OSError: the file cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            stream = path.open("ab", buffering=0)
            stream.writelines(self._lines)
            self._stream, self.path = stream, path

    def close(self) -> None:
        """Close the file, if there is one."""
        with self._lock:
            if self._stream is not None:
                self._stream.close()
                self._stream = None

    @property
    def ending(self) -> str:
        """A sentence with the last lines, and where all of them are."""
        with self._lock:
            texts = [line.decode("utf-8", "replace").strip() for line in self._lines]
        last = " / ".join([text for text in texts if text][-LINES_IN_MESSAGES:])
        where = f" (the whole log is {self.path})" if self.path else ""
        return f"Its log ends with: {last or 'nothing'}{where}."
