"""What a server writes: kept in memory until there is a file for it, and its last lines for messages."""

import re
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

MOST_LINES = 4000
LINES_IN_MESSAGES = 3

# The last line of a traceback, also behind what a logger writes before it. vLLM ends with one that names no cause.
_EXCEPTION = re.compile(r"(?:^|(?<=[\s\]]))(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt)(?:: \S.*)?$")
_NO_CAUSE = re.compile("root cause above|initialization failed", re.IGNORECASE)

_LLAMA_ERROR = re.compile(r"^[\d.]+ E (\S.*)$")


class ServerLog:
    """The log of a server, also over several starts of it. For any thread.

    Args:
        secret: is cut out of each line.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._lines: deque[bytes] = deque(maxlen=MOST_LINES)
        self._num_since_start = 0
        self._stream: BinaryIO | None = None
        self._lock = Lock()
        self.path: Path | None = None

    def write(self, line: bytes) -> None:
        """Add a line, with its end. A disk that is full costs the line, not the run."""
        line = line.replace(self._secret, b"***")
        with self._lock:
            self._num_since_start += 1
            self._lines.append(line)
            if self._stream is not None:
                with suppress(OSError):
                    self._stream.write(line)

    def begin(self) -> None:
        """The server is started: what comes is about this start."""
        with self._lock:
            self._num_since_start = 0

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
    def cause(self) -> str:
        """A sentence with what the log of this start gives as the cause that it failed; else with its last lines.

        The last exception is the cause, and the first error of llama.cpp: what follows it says that its callers failed.
        """
        texts = self._texts()
        named = [index for index, text in enumerate(texts) if _EXCEPTION.search(text) and not _NO_CAUSE.search(text)]
        if named:
            found = _EXCEPTION.search(texts[named[-1]])
            following = texts[named[-1] + 1 : named[-1] + LINES_IN_MESSAGES] if found and found.start() == 0 else []
            return self._sentence("says", [found[0] if found else "", *following])
        errors = [found[1] for text in texts if (found := _LLAMA_ERROR.match(text))]
        return self._sentence("says", [" ".join(errors[0].split())]) if errors else self.ending

    @property
    def ending(self) -> str:
        """A sentence with the last lines, and where all of them are."""
        return self._sentence("ends with", self._texts()[-LINES_IN_MESSAGES:])

    def _texts(self) -> list[str]:
        """The lines of this start that are not empty."""
        with self._lock:
            lines = list(self._lines)[-self._num_since_start :] if self._num_since_start else []
        return [text for line in lines if (text := line.decode("utf-8", "replace").strip())]

    def _sentence(self, verb: str, texts: list[str]) -> str:
        said = " / ".join(texts).rstrip(".")
        where = f" (the whole log is {self.path})" if self.path else ""
        return f"Its log {verb}: {said or 'nothing'}{where}."
