"""The folder of the journals, as other machines see it: is it the same one there?"""

import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.errors import FolderInUseError, RunFolderError
from distilabel_selfinstruct.files.flock import is_locked
from distilabel_selfinstruct.files.leases import ABANDONED_AFTER
from distilabel_selfinstruct.files.locks import has_lease, holder_of
from distilabel_selfinstruct.files.run_layout import LOCK, SHARED

SECONDS_TO_APPEAR = 45.0
"""How long a file that one machine wrote may be missing on another: network file systems look again after 30 s."""

SECONDS_TO_BE_FREE = 20.0
"""How long a journal may be held by a process of an attempt before, which ends when its cluster learns of the end."""

_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class SharedFolder:
    """A folder that several machines must see under the same path.

    Attributes:
        state: the folder of the journals.
        word: what a file in it holds.
        flocked: a file that the run holds by `flock`; empty where it needs none, because it holds leases.
    """

    state: str
    word: str
    flocked: str = ""

    def check(self, patience: float = SECONDS_TO_APPEAR) -> None:
        """Check that the folder which this machine sees under the path is the one of the run.

        Raises:
            RunFolderError: it is not: what is recorded here would be lost to the run. Or the locks of the run do not
                hold on this machine: two processes could write to one file.
        """
        path = Path(self.state) / SHARED
        deadline = time.monotonic() + patience
        while not (found := _word_in(path) == self.word) and time.monotonic() < deadline:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        if not found:
            raise RunFolderError(
                f"{self.state} on the machine {socket.gethostname()} is not the folder of this run: give an output "
                "folder that all machines share under the same path.",
                self.state,
            )
        if self.flocked and not _is_locked(Path(self.flocked)):
            raise RunFolderError(
                f"The lock {self.flocked} of this run does not hold on the machine {socket.gethostname()}: give "
                "`locks=lease`.",
                self.flocked,
            )


def share(state: Path, flocked: Path | None = None) -> SharedFolder:
    """Mark the folder of a run that starts.

    Args:
        state: the folder of the journals.
        flocked: a file that this process holds by `flock`; None if it holds leases.

    Raises:
        OSError: the mark cannot be written.
    """
    word = secrets.token_hex(8)
    (state / SHARED).write_text(word, encoding="utf-8")
    return SharedFolder(os.fspath(state), word, "" if flocked is None else os.fspath(flocked))


def wait_until_free(state: Path, patience: float = SECONDS_TO_BE_FREE) -> None:
    """Wait for the processes of an attempt before, on other machines, which may write until they learn of its end.

    A lease of one that was killed is waited for until it counts as abandoned.

    Raises:
        FolderInUseError: one of them still holds its journal after so many seconds.
    """
    began = time.monotonic()
    for path in sorted(state.glob(f"*/{LOCK}")):
        deadline = began + patience + (ABANDONED_AFTER if patience and has_lease(path) else 0)
        while (holder := holder_of(path)) is not None:
            if time.monotonic() >= deadline:
                raise FolderInUseError(
                    f"{path.parent} is in use by a process of an earlier attempt (number {holder}, which may be on "
                    "another machine): wait for it or stop it.",
                    path.parent,
                    holder,
                )
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def _word_in(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _is_locked(path: Path) -> bool:
    try:
        return is_locked(path)
    except OSError:
        return False
