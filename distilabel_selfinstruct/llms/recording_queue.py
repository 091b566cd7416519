"""Completions on their way to the journal: all that arrive together are on disk with one fsync."""

from collections import deque
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
    """What has arrived and is not recorded yet. One thread adds, another one writes.

    Args:
        journal: records the completions.
    """

    def __init__(self, journal: StepJournal) -> None:
        self._journal = journal
        self._waiting: deque[Arrival] = deque()

    def add(self, arrival: Arrival) -> None:
        """Have it recorded with the next `write`."""
        self._waiting.append(arrival)

    def write(self) -> None:
        """Record all that waits, and hand it out once it is on disk; a failure is raised where it is awaited."""
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
