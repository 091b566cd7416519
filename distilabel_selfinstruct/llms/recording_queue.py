"""Completions on their way to the journal: all that arrive together are on disk with one fsync."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.work import Work
from distilabel_selfinstruct.records import Completion


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of a request, to be recorded, and what is handed out in its place, if anything."""

    work: Work
    completion: Completion
    handed_out: Completion | None = None


class RecordingQueue:
    """What has arrived and is not recorded yet. One thread adds; another one writes all that arrives meanwhile.

    Args:
        journal: records the completions.
    """

    def __init__(self, journal: StepJournal) -> None:
        self._journal = journal
        self._waiting: deque[Arrival] = deque()
        self._writer = ThreadPoolExecutor(1, "journal")
        self._is_about_to_write = False

    def add(self, arrival: Arrival) -> None:
        """Have it recorded soon, and handed out once it is on disk."""
        self._waiting.append(arrival)
        if not self._is_about_to_write:
            self._is_about_to_write = True
            self._writer.submit(self._write)

    def close(self) -> None:
        """Write all that waits, and end the thread."""
        self._writer.shutdown()

    def _write(self) -> None:
        self._is_about_to_write = False  # what is added from now on may come too late for this turn
        written: list[tuple[Work, Completion]] = []
        for _ in range(len(self._waiting)):
            arrival = self._waiting.popleft()
            try:
                recorded = arrival.work.record(arrival.completion)
            except Exception as error:  # the disk is full
                arrival.work.future.set_exception(error)
            else:
                written.append((arrival.work, arrival.handed_out or recorded))
        try:
            if written:
                self._journal.sync()
        except Exception as error:
            for work, _ in written:
                work.future.set_exception(error)
        else:
            for work, completion in written:
                work.future.set_result(completion)
