"""The record of a run: every completion and every rejection of a step, on disk before it is used.

Each step writes to a folder of its own, `STATE_DIR/STEP`, which one process at a time may hold:

- `completions.jsonl` is the journal: append-only, flushed and fsynced, a record per completion. It is what was paid
  for, and it is never rewritten. A record is found again by its request, so a step that starts over on the same folder
  asks for nothing that had arrived.
- `results.jsonl`, `rejections.jsonl` and `end.jsonl` are what became of the completions. They are made anew each time
  a step starts, from the completions, and so equal those of a run that was never interrupted.
"""

import fcntl
import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from distilabel_selfinstruct import jsonl
from distilabel_selfinstruct.errors import JournalError
from distilabel_selfinstruct.jsonl import Appender
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Reason, Rejection, Request, Stage

COMPLETIONS = "completions.jsonl"
REJECTIONS = "rejections.jsonl"
RESULTS = "results.jsonl"
END = "end.jsonl"
LOCK = "lock"
STOP = "stop"
"""A file of this name in the state folder asks all steps to stop sending requests; it holds the reason."""
SENT = "sent"
"""Holds a byte for each request sent by any step, so that a limit on them can be kept exactly."""


class StepJournal:
    """What one step received, kept and dropped.

    Args:
        state_dir: the run's folder. Empty: nothing is written, rejections are counted all the same.
        step: the step's name, which names its folder.
        max_requests: the most requests that all steps of the state folder may send together; 0 for no limit.

    Raises:
        JournalError: another process holds the folder, it cannot be written, or a record in it is damaged.
    """

    def __init__(self, state_dir: str | os.PathLike[str], step: str, *, max_requests: int = 0) -> None:
        self._state = Path(state_dir) if os.fspath(state_dir) else None
        self._folder = self._state / step if self._state else None
        self._appenders: dict[str, Appender] = {}
        self._lock: IO[str] | None = None
        self._max_requests = max_requests
        self._sent: IO[bytes] | None = None
        self._recorded: defaultdict[str, list[Completion]] = defaultdict(list)
        self.rejections: Counter[Reason] = Counter()
        if self._folder is not None:
            try:
                self._open(self._folder)
            except JournalError:
                self.close()
                raise

    def replay(self, request: Request, decoding: Decoding) -> Completion | None:
        """The completion that an earlier attempt received for this request, or None.

        Equal requests are answered in the order in which they were recorded, each record once. A request that failed
        is asked again, except in instruction generation, where later prompts were sampled knowing of the failure.
        """
        recorded = self._recorded.get(request_key(request, decoding))
        return recorded.pop(0) if recorded else None

    def record_completion(self, request: Request, decoding: Decoding, completion: Completion) -> None:
        """Write a completion with the request that it answers: the format that a `RecordedLLM` replays."""
        self._append(COMPLETIONS, [completion_row(request, decoding, completion)])

    def record_rejections(
        self, rejections: Iterable[Rejection], *, stage: str, request: int, instruction: str = ""
    ) -> None:
        """Write what was dropped, why, and where it came from."""
        rows = []
        for rejection in rejections:
            self.rejections[rejection.reason] += 1
            rows.append(
                {
                    "stage": stage,
                    "reason": rejection.reason.value,
                    "detail": rejection.detail,
                    "text": rejection.text,
                    "instruction": instruction,
                    "request": request,
                }
            )
        self._append(REJECTIONS, rows)

    def record_results(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write what was kept."""
        self._append(RESULTS, rows)

    def record_end(self, reason: str) -> None:
        """Write why the step is over, as a sentence."""
        self._append(END, [{"reason": reason}])

    def may_send(self) -> str:
        """Count a request that is about to be sent. Returns why it must not be, or nothing."""
        if self._state is None:
            return ""
        if reason := stop_reason(self._state):
            return reason
        if self._max_requests and not self._count(self._state / SENT):
            reason = f"max_requests ({self._max_requests}) was reached."
            ask_to_stop(self._state, reason)
            return reason
        return ""

    def _count(self, path: Path) -> bool:
        """Whether there is room for one more request of any step; if so, it is counted."""
        if self._sent is None:
            self._sent = path.open("ab", buffering=0)
        fcntl.flock(self._sent, fcntl.LOCK_EX)
        try:
            if os.fstat(self._sent.fileno()).st_size >= self._max_requests:
                return False
            self._sent.write(b".")
            return True
        finally:
            fcntl.flock(self._sent, fcntl.LOCK_UN)

    @property
    def summary(self) -> str:
        """How much was dropped for which reason, in one line; empty when nothing was."""
        return ", ".join(f"{reason.value} {count}" for reason, count in self.rejections.most_common())

    def close(self) -> None:
        """Close the files and let other processes have the folder."""
        for appender in self._appenders.values():
            appender.close()
        self._appenders.clear()
        if self._sent is not None:
            self._sent.close()
            self._sent = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _open(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = lock(folder / LOCK)
            repair(folder / COMPLETIONS)
            for derived in (RESULTS, REJECTIONS, END):
                (folder / derived).unlink(missing_ok=True)
        except OSError as error:
            raise JournalError(f"Cannot write to {folder}: {error.strerror or error}.") from error
        for row in read_completions(folder / COMPLETIONS):
            if row["text"] is not None or row["stage"] == Stage.INSTRUCTION_GENERATION.value:
                self._recorded[row["key"]].append(completion_of(row))

    def _append(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        if self._folder is None:
            return
        try:
            if name not in self._appenders:
                self._appenders[name] = Appender(self._folder / name)
            self._appenders[name].append(rows)
        except OSError as error:
            raise JournalError(f"Cannot write to {self._folder / name}: {error.strerror or error}.") from error


def ask_to_stop(state_dir: Path, reason: str) -> None:
    """Ask all steps that work on a state folder to send no more requests; the first reason given stands."""
    partial = state_dir / f"{STOP}.{os.getpid()}"
    partial.write_text(reason, encoding="utf-8")
    try:
        os.link(partial, state_dir / STOP)  # unlike renaming, this never replaces an earlier reason
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def stop_reason(state_dir: Path) -> str:
    """Why the steps were asked to stop; empty while they were not."""
    try:
        return (state_dir / STOP).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def lock(path: Path) -> IO[str]:
    """Take the lock of a folder for this process; it is let go when the file is closed or the process ends.

    Raises:
        JournalError: another process has it; the message names the process.
    """
    stream = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read().strip() or "unknown"
        stream.close()
        raise JournalError(
            f"{path.parent} is in use by another process (number {holder}): wait for it or stop it."
        ) from None
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    return stream


def repair(path: Path) -> bool:
    """Cut off a last line that was being written when its process died. Returns whether there was one."""
    if not path.exists():
        return False
    with path.open("rb+") as stream:
        content = stream.read()
        complete = content.rfind(b"\n") + 1
        if complete == len(content):
            return False
        stream.truncate(complete)
        os.fsync(stream.fileno())
    return True


def read_completions(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a journal.

    Raises:
        JournalError: a line is no record; the message names file and line.
    """
    if not path.exists():
        return
    for line in jsonl.scan(path):
        missing = [name for name in ("key", "stage", "text") if name not in line.value]
        if line.fault or missing:
            fault = line.fault or f"lacks {', '.join(missing)}"
            raise JournalError(
                f"{path}, line {line.number}: the line {fault}. Something else wrote to the journal: restore the file, "
                "or remove the line to ask for that completion again."
            )
        yield line.value


def request_key(request: Request, decoding: Decoding) -> str:
    """What makes two requests the same: the stage, the prompt, the sampling; in instruction generation the number."""
    number = request.number if request.stage is Stage.INSTRUCTION_GENERATION else None
    identity = [request.stage.value, number, request.prompt, request.is_classification, asdict(decoding)]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


def completion_row(request: Request, decoding: Decoding, completion: Completion) -> dict[str, Any]:
    """A completion as a record of the journal.

    The prompts of the later stages are their instruction in a text that never changes within a run: only their key
    is kept. That of instruction generation is kept whole.
    """
    first_stage = request.stage is Stage.INSTRUCTION_GENERATION
    return {
        "key": request_key(request, decoding),
        "stage": request.stage.value,
        "request": request.number,
        "instruction": request.instruction,
        "is_classification": request.is_classification,
        "prompt": request.prompt if first_stage else None,
        "decoding": asdict(decoding),
        **asdict(completion),
    }


def completion_of(row: dict[str, Any]) -> Completion:
    """The completion in a record."""
    return Completion(
        text=row["text"],
        finish_reason=row.get("finish_reason"),
        input_tokens=row.get("input_tokens") or 0,
        output_tokens=row.get("output_tokens") or 0,
        model=row.get("model") or "",
        error=row.get("error") or "",
        retries=row.get("retries") or 0,
        seconds=row.get("seconds") or 0.0,
    )
