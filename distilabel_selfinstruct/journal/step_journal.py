"""The record of a run: every completion and every rejection of a step, on disk before it is used.

Each step writes to a folder of its own, `STATE_DIR/STEP`, which one process at a time may hold; each further replica
of a step to one beside it (see `replicas`). When a step starts, it reads what all of its replicas have received.

- `completions.jsonl` is the journal: append-only, flushed and fsynced, a record per completion. It is what was paid
  for, and it is never rewritten but to set aside records that cannot be read (see `damage`). A record is found
  again by its request, so a step that starts over on the same folder asks for nothing that had arrived.
- `results.jsonl`, `rejections.jsonl` and `end.jsonl` are what became of the completions. They are written again each
  time a step starts, from the completions, and so equal those of a run that was never interrupted. They need no fsync.
- `notes.jsonl` holds what the step had to say, each sentence once.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from shutil import copyfile
from threading import get_ident
from typing import Any

from distilabel_selfinstruct.errors import ConfigError, FileError, writing
from distilabel_selfinstruct.files import atomic
from distilabel_selfinstruct.files.jsonl import Appender
from distilabel_selfinstruct.files.locks import PATIENCE, FolderLock, lock
from distilabel_selfinstruct.files.run_layout import (
    COMPLETIONS,
    END,
    LOCK,
    NOTES,
    REFUSED,
    SENT,
    SPENDING,
    STEP_REJECTIONS,
    STEP_RESULTS,
)
from distilabel_selfinstruct.files.shared_files import are_leased, exclusively
from distilabel_selfinstruct.journal.batch_ledger import BatchLedger
from distilabel_selfinstruct.journal.completions import completion_of, completion_row, request_key
from distilabel_selfinstruct.journal.damage import set_damage_aside
from distilabel_selfinstruct.journal.notes import Note, NoteKind, note_of, note_row
from distilabel_selfinstruct.journal.rates import Rate
from distilabel_selfinstruct.journal.replicas import readable_rows, replica_folder, replica_folders
from distilabel_selfinstruct.journal.rows import read_rows
from distilabel_selfinstruct.journal.run_records import rejection_row
from distilabel_selfinstruct.journal.spending import Spending
from distilabel_selfinstruct.journal.stop_file import ask_to_stop, is_abandoned, raise_limit, stop_reason
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Reason, RecordedRejection, Rejection, Request, RequestStatus


class StepJournal:
    """What one step received, kept and dropped.

    Args:
        state_dir: the run's folder. Empty: nothing is written, rejections are counted all the same.
        step: the step's name, which names its folder.
        replica: which of the step's replicas this is, counted from 0.
        max_requests: the most requests that all steps of the state folder may send together, or this step alone
            without a state folder; None for no limit.
        patience: seconds for which the folder is waited for, while another process holds it.

    Raises:
        FolderInUseError: another process holds the folder.
        OutputFileError: it cannot be written.
        JournalError: a record in it is damaged.
    """

    def __init__(
        self,
        state_dir: str | os.PathLike[str],
        step: str,
        *,
        replica: int = 0,
        max_requests: int | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._state = Path(state_dir) if os.fspath(state_dir) else None
        self._folder = replica_folder(self._state, step, replica) if self._state else None
        self.step = step
        self._notes: set[Note] = set()
        self._appenders: dict[str, Appender] = {}
        self._lock: FolderLock | None = None
        self._is_leased = False
        self._patience = patience
        self._max_requests = max_requests
        self._gathering: int | None = None  # the thread that does
        self._gathered: list[dict[str, Any]] = []
        self._num_claimed = 0
        self._stopped = ""  # without a state folder
        self._recorded: defaultdict[str, list[tuple[int, Completion]]] = defaultdict(list)
        self.rejections: Counter[Reason] = Counter()
        if self._state is not None and self._folder is not None:
            try:
                self._open(self._folder, replica_folders(self._state, step))
            except FileError:
                self.close()
                raise

    def replay(self, request: Request, decoding: Decoding) -> Completion | None:
        """The completion that an earlier attempt received for this request, or None.

        Each record is used once. Equal requests get the record with their own number; one that has none gets the
        first that is left. A request that failed is asked again.
        """
        # To hash a prompt takes a while, and most runs find nothing.
        recorded = self._recorded.get(request_key(request, decoding)) if self._recorded else None
        if not recorded:
            return None
        numbers = [number for number, _ in recorded]
        own = numbers.index(request.number) if request.number in numbers else 0
        return recorded.pop(own)[1]

    def record_completion(
        self, request: Request, decoding: Decoding, completion: Completion, *, durable: bool = True
    ) -> None:
        """Write a completion with the request that it answers: the format that a `RecordedLLM` replays.

        Args:
            request: what was asked.
            decoding: with which sampling parameters.
            completion: what came of it.
            durable: return once it is on disk. Several that are not durable are on disk after one `sync`.
        """
        if self._folder is None:
            return
        row = completion_row(request, decoding, completion)
        if self._gathering == get_ident():
            self._gathered.append(row)
        else:
            self._append(COMPLETIONS, [row], durable=durable)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Write all completions that this thread records in the block at its end, with one write and one fsync."""
        self._gathering = get_ident()
        try:
            yield
        finally:
            rows, self._gathered, self._gathering = self._gathered, [], None
            self._append(COMPLETIONS, rows, durable=True)

    def sync(self) -> None:
        """Have all completions on disk."""
        if self._folder is not None and COMPLETIONS in self._appenders:
            with writing(self._folder / COMPLETIONS):
                self._appenders[COMPLETIONS].sync()

    def record_rejections(
        self, rejections: Iterable[Rejection], *, stage: str, request: int, instruction: str = ""
    ) -> None:
        """Write what was dropped, why, and where it came from."""
        rows = []
        for rejection in rejections:
            self.rejections[rejection.reason] += 1
            recorded = RecordedRejection(
                stage, rejection.reason, rejection.detail, rejection.text, instruction, request
            )
            rows.append(rejection_row(recorded))
        self._append(STEP_REJECTIONS, rows)

    def record_results(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write what was kept."""
        self._append(STEP_RESULTS, rows)

    def record_note(self, note: Note) -> bool:
        """Keep a sentence for the screen and the description of the run. Returns False if it was kept before."""
        if note in self._notes:
            return False
        self._notes.add(note)
        self._append(NOTES, [note_row(self.step, note)], durable=True)
        return True

    def count_refused(self) -> None:
        """Count a request that the server refused since it had too many."""
        if self._folder is not None:
            self._check()
            with writing(self._folder / REFUSED), (self._folder / REFUSED).open("ab", buffering=0) as stream:
                stream.write(b".")

    def record_end(self, reason: str, requests: Mapping[RequestStatus, int]) -> None:
        """Write why the step is over, as a sentence, and how many of its requests ended in which way."""
        counts = {status.value: count for status, count in requests.items()}
        self._append(END, [{"reason": reason, "requests": counts}])

    def claim_request(self) -> str | None:
        """Count a request that is about to be sent. None: send it; otherwise the reason why it must not be sent."""
        if reason := self.stop_reason:
            return reason
        if self._count(self._max_requests):
            return None
        return self.ask_to_stop(raise_limit("max_requests", f"{self._max_requests:,}"))

    @property
    def stop_reason(self) -> str:
        """Why no more requests must be sent; empty while they may be."""
        return self._stopped if self._state is None else stop_reason(self._state)

    def ask_to_stop(self, reason: str) -> str:
        """Have this step and all others of the state folder send no more requests. Returns the reason that stands."""
        if self._state is None:
            self._stopped = self._stopped or reason
        else:
            ask_to_stop(self._state, reason)
        return self.stop_reason

    @property
    def is_abandoned(self) -> bool:
        """Whether the requests in flight must not be waited for."""
        return self._state is not None and is_abandoned(self._state)

    def batch_ledger(self) -> BatchLedger:
        """The batches of the step.

        Raises:
            ConfigError: there is no state folder.
            JournalError: the record of the batches is damaged.
        """
        if self._folder is None:
            raise ConfigError("`batch` needs a folder for what is paid for: give the step a state_dir.")
        return BatchLedger(self._folder, self._check)

    def rate(self, name: str, per_minute: int) -> Rate:
        """A limit on the pace, which all steps of the state folder keep together if they give it the same name."""
        return Rate(per_minute, self._state / name if self._state is not None else None)

    def spending(self) -> Spending | None:
        """The limits on tokens and cost that all steps of the state folder keep together; None if there are none."""
        path = None if self._state is None else self._state / SPENDING
        return None if path is None or not path.exists() else Spending(path, self.step)

    def _count(self, limit: int | None) -> bool:
        """Whether one more request stays within the limit; if so, it is counted, for a limit that comes later too."""
        if self._state is None:
            self._num_claimed += 1
            return limit is None or self._num_claimed <= limit
        with exclusively(self._state / SENT, by_lease=self._is_leased) as sent:
            if sent.seek(0, os.SEEK_END) >= (float("inf") if limit is None else limit):
                return False
            sent.write(b".")
            return True

    @property
    def summary(self) -> str:
        """How much was dropped for which reason, in one line; empty when nothing was."""
        return ", ".join(f"{reason.value} {count}" for reason, count in self.rejections.most_common())

    def close(self) -> None:
        """Close the files and let other processes have the folder."""
        for appender in self._appenders.values():
            appender.close()
        self._appenders.clear()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _open(self, folder: Path, folders: Iterable[Path]) -> None:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._is_leased = are_leased(folder.parent)
            self._lock = lock(folder / LOCK, self._patience, "lease" if self._is_leased else "auto")
            if self._lock.took_over:
                _replace_journals(folder)
            set_damage_aside(folder)
            for derived in (STEP_RESULTS, STEP_REJECTIONS, END):
                (folder / derived).unlink(missing_ok=True)
        kept = map(note_of, read_rows(folder / NOTES))
        self._notes = {note for note in kept if note.kind is not NoteKind.WAITING}  # a new wait is said again
        others = (readable_rows(other / COMPLETIONS) for other in folders if other != folder)
        for row in chain(read_rows(folder / COMPLETIONS), *others):
            if row["text"] is not None:
                self._recorded[row["key"]].append((row.get("request", 0), completion_of(row)))

    def _check(self) -> None:
        if self._lock is not None:
            self._lock.check()

    def _append(self, name: str, rows: Iterable[dict[str, Any]], *, durable: bool = False) -> None:
        if self._folder is None:
            return
        appender = self._appenders.get(name)
        path = self._folder / name if appender is None else appender.path
        with writing(path):
            if appender is None:
                appender = self._appenders[name] = Appender(
                    path, checked=name in (COMPLETIONS, NOTES), may_write=self._check
                )
            appender.append(rows, durable=durable)


def _replace_journals(folder: Path) -> None:
    """Put copies in the place of the journals: who held them before, and stood still, writes a last time to no file."""
    there = [path for path in (folder / COMPLETIONS, folder / NOTES) if path.exists()]
    atomic.write_all({path: partial(copyfile, path) for path in there})
