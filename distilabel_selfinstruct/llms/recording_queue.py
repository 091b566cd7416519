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
        arrived = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with self._journal.gathering():
                recorded = [arrival.work.record(arrival.completion) for arrival in arrived]
        except Exception as error:  # the disk is full
            for arrival in arrived:
                arrival.work.future.set_exception(error)
        else:
            for arrival, completion in zip(arrived, recorded, strict=True):
                arrival.work.future.set_result(arrival.handed_out or completion)
