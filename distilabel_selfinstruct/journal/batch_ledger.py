"""The batches of a step: what was handed to a server to be answered later, on disk before it is waited for.

`batches.jsonl` has a line for each change of a batch, and the last line of a batch says how it stands. `batches/` has
the requests of each batch that is open, as they were uploaded. So a step that starts over asks for the answers of the
batches that it had sent, and sends none of their requests again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import writing
from distilabel_selfinstruct.files import atomic
from distilabel_selfinstruct.files.jsonl import Appender
from distilabel_selfinstruct.files.run_layout import BATCH_REQUESTS, BATCHES
from distilabel_selfinstruct.journal.damage import repair
from distilabel_selfinstruct.journal.rows import read_rows
from distilabel_selfinstruct.records import Row


@dataclass(frozen=True, slots=True)
class BatchState:
    """How a batch stands.

    `number` counts the batches of a step from 1. `file_id` and `batch_id` are the server's names, empty until it gave
    them. Of `requests`, `answered` were answered and `failed` failed, by the server's own count. `began` is when it was
    prepared, in seconds since 1970. `is_over`: its answers are in the journal, or it never came to be.
    """

    number: int
    requests: int
    began: float
    file_id: str = ""
    batch_id: str = ""
    answered: int = 0
    failed: int = 0
    is_over: bool = False


def batch_state_of(row: Row) -> BatchState:
    """The state in a row that `rows.read_rows` has checked."""
    return BatchState(**{field.name: row[field.name] for field in fields(BatchState)})


def latest_states(rows: Iterable[Row]) -> dict[int, BatchState]:
    """How each batch stands, by its number."""
    return {row["number"]: batch_state_of(row) for row in rows}


def open_batches(state_dir: Path) -> dict[str, list[BatchState]]:
    """The batches of a run that a server works on, or whose answers were not fetched yet, by the name of their step.

    Raises:
        JournalError: a line is damaged.
    """
    found = {}
    for path in sorted(state_dir.glob(f"*/{BATCHES}")):
        states = [state for state in latest_states(read_rows(path)).values() if state.batch_id and not state.is_over]
        if states:
            found[path.parent.name] = states
    return found


class BatchLedger:
    """The batches of one step.

    Attributes:
        path: the file of their states.

    Args:
        folder: the folder of the step, which this process holds.
        may_write: is called before a line is written, and raises where this process holds the folder no more.

    Raises:
        OutputFileError: it cannot be written.
        JournalError: a line is damaged.
    """

    def __init__(self, folder: Path, may_write: Callable[[], object] = lambda: None) -> None:
        self._folder = folder
        self._may_write = may_write
        self.path = folder / BATCHES
        self._appender: Appender | None = None
        with writing(self.path):
            repair(self.path)
        self._states = latest_states(read_rows(self.path))

    @property
    def open(self) -> list[BatchState]:
        """The batches that are not over, in the order in which they were prepared."""
        return [state for state in self._states.values() if not state.is_over]

    def prepare(self, lines: Sequence[bytes], began: float) -> BatchState:
        """Keep the requests of a batch that is about to be uploaded, one in each line.

        Raises:
            OutputFileError: they cannot be written.
        """
        state = BatchState(max(self._states, default=0) + 1, len(lines), began)
        path = self._requests_of(state)
        with writing(path):
            path.parent.mkdir(exist_ok=True)
            atomic.write_all({path: lambda partial: partial.write_bytes(b"".join(lines))})
        self._write(state)
        return state

    def content(self, state: BatchState) -> bytes:
        """The requests of a batch that is not over, as they are uploaded.

        Raises:
            OSError: somebody removed the file.
        """
        return self._requests_of(state).read_bytes()

    def update(self, state: BatchState, **changes: Any) -> BatchState:
        """Write how a batch stands now; nothing if it stands as before. The requests of one that is over are removed.

        Raises:
            OutputFileError: it cannot be written.
        """
        changed = replace(state, **changes)
        if changed != self._states[state.number]:
            self._write(changed)
        if changed.is_over:
            self._requests_of(state).unlink(missing_ok=True)
        return changed

    def close(self) -> None:
        """Close the file."""
        if self._appender is not None:
            self._appender.close()
            self._appender = None

    def _requests_of(self, state: BatchState) -> Path:
        return self._folder / BATCH_REQUESTS / f"{state.number:04}.jsonl"

    def _write(self, state: BatchState) -> None:
        with writing(self.path):
            self._appender = self._appender or Appender(self.path, checked=True, may_write=self._may_write)
            self._appender.append([asdict(state)])
        self._states[state.number] = state
