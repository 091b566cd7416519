"""How far a run is, read from the journals of its steps while they grow."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from distilabel_selfinstruct.errors import JournalError
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, NOTES, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.notes import Note, note_of
from distilabel_selfinstruct.records import Reason, Row, Stage


@dataclass
class Progress:
    """Counts of a run so far. Rates and times are None while there is nothing to compute them from.

    Of the admitted instructions, `classified` have a task type, `answered` a response with instances and `filtered` are
    finished, with `instances` kept in all. `reused` answers were on disk before the run was resumed; they count in all
    else as well. `notes` are what the stages had to say.
    """

    wanted: int
    reused: int = 0
    admitted: int = 0
    classified: int = 0
    answered: int = 0
    filtered: int = 0
    instances: int = 0
    requests: Counter[Stage] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    instruction_rejections: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    failures: int = 0
    retries: int = 0
    last_failure: str = ""
    elapsed: float = 0.0
    notes: list[tuple[Stage, Note]] = field(default_factory=list)

    @property
    def acceptance_rate(self) -> float | None:
        """Share of the candidate instructions that were admitted, from 0 to 1."""
        candidates = self.admitted + self.instruction_rejections
        return self.admitted / candidates if candidates else None

    @property
    def seconds_left(self) -> float | None:
        """Time until the wanted instructions are admitted, at the pace so far."""
        if not self.admitted or self.elapsed <= 0:
            return None
        return max(0.0, self.elapsed / self.admitted * (self.wanted - self.admitted))


class ProgressReader:
    """Reads what the journals gained since the last call.

    Args:
        state: the run's folder of journals.
        wanted: how many instructions are wanted.
        reused: how many answers are on disk before the run is resumed.
    """

    def __init__(self, state: Path, wanted: int, *, reused: int = 0) -> None:
        self._state = state
        self._offsets: dict[Path, int] = {}
        self._started = time.monotonic()
        self._progress = Progress(wanted, reused)

    def read(self) -> Progress:
        """The counts as of now.

        Raises:
            JournalError: a line of a journal is damaged.
        """
        try:
            return self._read()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise JournalError(
                f"A line of a journal in {self._state} is damaged ({type(error).__name__}: {error}): restore the file, "
                "or remove the line.",
                self._state,
            ) from error

    def _read(self) -> Progress:
        progress = self._progress
        for stage in Stage:
            for row in self._new_rows(stage, COMPLETIONS):
                progress.requests[stage] += 1
                progress.input_tokens += row.get("input_tokens") or 0
                progress.output_tokens += row.get("output_tokens") or 0
                progress.reasoning_tokens += row.get("reasoning_tokens") or 0
                progress.cached_tokens += row.get("cached_tokens") or 0
                progress.retries += row.get("retries") or 0
                if row.get("error"):
                    progress.failures += 1
                    progress.last_failure = row["error"]
            progress.notes += [(stage, note_of(row)) for row in self._new_rows(stage, NOTES)]
            for row in self._new_rows(stage, STEP_REJECTIONS):
                progress.rejections[row["reason"]] += 1
                # Candidates beyond the wanted number say nothing about acceptance.
                if stage is Stage.INSTRUCTION_GENERATION and row["reason"] != Reason.OVER_LIMIT.value:
                    progress.instruction_rejections += 1
        progress.admitted += len(self._new_rows(Stage.INSTRUCTION_GENERATION, STEP_RESULTS))
        progress.classified += len(self._new_rows(Stage.CLASSIFICATION, STEP_RESULTS))
        progress.answered += len(self._new_rows(Stage.INSTANCE_GENERATION, STEP_RESULTS))
        for row in self._new_rows(Stage.INSTANCE_FILTERING, STEP_RESULTS):
            progress.filtered += 1
            progress.instances += len(row["instances"])
        progress.elapsed = time.monotonic() - self._started
        return progress

    def _new_rows(self, stage: Stage, name: str) -> list[Row]:
        path = self._state / stage.value / name
        offset = self._offsets.get(path, 0)
        try:
            if path.stat().st_size == offset:
                return []
            with path.open("rb") as stream:
                stream.seek(offset)
                content = stream.read()
        except FileNotFoundError:
            return []
        complete = content.rfind(b"\n") + 1  # a line that is being written is read next time
        self._offsets[path] = offset + complete
        return [json.loads(line) for line in content[:complete].splitlines()]
