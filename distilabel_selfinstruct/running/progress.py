"""How far a run is, read from the journals of its steps while they grow."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from distilabel_selfinstruct.analysis.quality import Fault, QualityWatch
from distilabel_selfinstruct.config import Tokens
from distilabel_selfinstruct.errors import JournalError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.run_layout import BATCHES, COMPLETIONS, END, NOTES, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.batch_ledger import BatchState, batch_state_of
from distilabel_selfinstruct.journal.completions import completion_of
from distilabel_selfinstruct.journal.faults import count_completion, count_rejection, count_results
from distilabel_selfinstruct.journal.notes import Note, NoteKind, note_of
from distilabel_selfinstruct.journal.rows import row_fault
from distilabel_selfinstruct.records import MODEL_STAGES, Reason, RequestStatus, Row, Stage


@dataclass
class StageProgress:
    """Counts of one stage.

    Of the `requests` recorded, `failed` brought no text, `uncounted` one without any token counts, and `only_thoughts`
    an empty one after thoughts; `asked` were recorded since the run was started this time. `finished` are the rows that
    the stage is done with: the admitted instructions in the first stage. `began` is when the first of the requests
    asked was sent, in seconds since the start; None while none was. `in_batches` counts tokens at the price of batches.
    """

    requests: int = 0
    asked: int = 0
    failed: int = 0
    retries: int = 0
    uncounted: int = 0
    only_thoughts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    in_batches: Tokens = field(default_factory=Tokens)
    finished: int = 0
    last_failure: str = ""
    began: float | None = None

    @property
    def tokens(self) -> Tokens:
        """What the requests used."""
        return replace(self.in_batches, input=self.input_tokens, output=self.output_tokens, cached=self.cached_tokens)

    def seconds_for(self, rows: int, elapsed: float) -> float | None:
        """How long the stage needs for so many more rows, at its pace so far; None while it has none."""
        if rows <= 0:
            return 0.0
        if self.began is None or not self.finished or elapsed <= self.began:
            return None
        requests = rows * self.requests / self.finished
        return (elapsed - self.began) * requests / self.asked


@dataclass
class Progress:
    """Counts of a run so far. Rates and times are None while there is nothing to compute them from.

    `wanted` is how many instructions are wanted; `over`, whether no more will come. `reused` answers were on disk when
    the run was started this time. `notes` are what the stages had to say, the first `num_notes_before` of them before
    that. `damaged` records cannot be read and count nowhere; `damage` says of the first where it is and what is wrong.
    """

    wanted: int
    stages: dict[Stage, StageProgress] = field(default_factory=lambda: {stage: StageProgress() for stage in Stage})
    instances: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    instruction_rejections: int = 0
    last_failure: str = ""
    elapsed: float = 0.0
    over: bool = False
    reused: int = 0
    batches: dict[tuple[Stage, int], BatchState] = field(default_factory=dict)
    notes: list[tuple[Stage, Note]] = field(default_factory=list)
    num_notes_before: int = 0
    damaged: int = 0
    damage: str = ""

    @property
    def admitted(self) -> int:
        """How many instructions were admitted."""
        return self.stages[Stage.INSTRUCTION_GENERATION].finished

    @property
    def classified(self) -> int:
        """How many of them have a task type."""
        return self.stages[Stage.CLASSIFICATION].finished

    @property
    def answered(self) -> int:
        """How many of them have a response with instances."""
        return self.stages[Stage.INSTANCE_GENERATION].finished

    @property
    def filtered(self) -> int:
        """How many of them are finished."""
        return self.stages[Stage.INSTANCE_FILTERING].finished

    @property
    def requests(self) -> int:
        """How many requests were answered or failed."""
        return self._total(lambda stage: stage.requests)

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return self._total(lambda stage: stage.failed)

    @property
    def retries(self) -> int:
        """How often a request was sent again."""
        return self._total(lambda stage: stage.retries)

    @property
    def uncounted(self) -> int:
        """How many answers came without token counts."""
        return self._total(lambda stage: stage.uncounted)

    @property
    def input_tokens(self) -> int:
        """Tokens of all prompts."""
        return self._total(lambda stage: stage.input_tokens)

    @property
    def output_tokens(self) -> int:
        """Tokens of all answers, thoughts included."""
        return self._total(lambda stage: stage.output_tokens)

    @property
    def reasoning_tokens(self) -> int:
        """Tokens of thoughts."""
        return self._total(lambda stage: stage.reasoning_tokens)

    @property
    def cached_tokens(self) -> int:
        """Tokens of prompts that came from the server's cache."""
        return self._total(lambda stage: stage.cached_tokens)

    @property
    def tokens(self) -> dict[Stage, Tokens]:
        """What each stage that asks a model used."""
        return {stage: self.stages[stage].tokens for stage in MODEL_STAGES}

    @property
    def in_flight(self) -> list[tuple[Stage, BatchState]]:
        """The batches that the server works on."""
        return [(stage, state) for (stage, _), state in self.batches.items() if state.batch_id and not state.is_over]

    @property
    def acceptance_rate(self) -> float | None:
        """Share of the candidate instructions that were admitted, from 0 to 1."""
        candidates = self.admitted + self.instruction_rejections
        return self.admitted / candidates if candidates else None

    @property
    def seconds_left(self) -> float | None:
        """Time until the slowest stage is done, at its pace so far."""
        expected = self.admitted if self.over else self.wanted
        needed = [
            self.stages[stage].seconds_for(expected - self.stages[stage].finished, self.elapsed)
            for stage in MODEL_STAGES
        ]
        known = [seconds for seconds in needed if seconds is not None]
        return max(known) if len(known) == len(needed) else None

    def _total(self, count: Callable[[StageProgress], int]) -> int:
        return sum(map(count, self.stages.values()))


_NEVER_ASKED = frozenset({RequestStatus.NOT_SENT.value, RequestStatus.EXHAUSTED.value})


class ProgressReader:
    """Reads what the journals gained since the last call.

    Args:
        state: the run's folder of journals.
        wanted: how many instructions are wanted.
        watch: counts faults of the answers; what it has to say is among the notes.
    """

    def __init__(self, state: Path, wanted: int, watch: QualityWatch | None = None) -> None:
        self._state = state
        self._watch = watch or QualityWatch()
        self._told: set[tuple[Stage, Fault]] = set()
        self._offsets: dict[Path, int] = {}
        self._started = time.monotonic()
        self._progress = Progress(wanted)
        self._is_first_look = True

    def read(self) -> Progress:
        """The counts as of now.

        Raises:
            JournalError: the record of the batches is damaged.
        """
        progress = self._progress
        progress.elapsed = time.monotonic() - self._started
        for stage in Stage:
            self._count_completions(stage)
            progress.notes += [(stage, note_of(row)) for row in self._new_rows(stage, NOTES)]
            for state in map(batch_state_of, self._new_rows(stage, BATCHES)):
                progress.batches[stage, state.number] = state
            self._count_rejections(stage)
            self._count_results(stage)
        for hint in self._watch.hints():
            if (hint.stage, hint.fault) not in self._told:
                self._told.add((hint.stage, hint.fault))
                progress.notes.append((hint.stage, Note(NoteKind.QUALITY, hint.fault.value, hint.text)))
        progress.over = progress.over or bool(self._new_rows(Stage.INSTRUCTION_GENERATION, END))
        if self._is_first_look:
            self._is_first_look = False
            progress.reused = progress.requests - progress.failures
            progress.num_notes_before = len(progress.notes)
        return progress

    def _count_completions(self, stage: Stage) -> None:
        counts = self._progress.stages[stage]
        for row in self._new_rows(stage, COMPLETIONS):
            counts.requests += 1
            completion = completion_of(row)
            counts.input_tokens += completion.input_tokens
            counts.output_tokens += completion.output_tokens
            counts.reasoning_tokens += completion.reasoning_tokens
            counts.cached_tokens += completion.cached_tokens
            if completion.batch:
                counts.in_batches = counts.in_batches.with_batched(
                    completion.input_tokens, completion.output_tokens, completion.cached_tokens
                )
            counts.retries += completion.retries
            if completion.text is None:
                counts.failed += 1
                counts.last_failure = self._progress.last_failure = completion.error
            else:
                counts.uncounted += not (completion.input_tokens or completion.output_tokens)
                counts.only_thoughts += completion.holds_only_thoughts
            count_completion(self._watch, stage, completion)
            if not self._is_first_look:
                counts.asked += 1
                if counts.began is None:
                    counts.began = max(0.0, self._progress.elapsed - completion.seconds)

    def _count_rejections(self, stage: Stage) -> None:
        for row in self._new_rows(stage, STEP_REJECTIONS):
            self._progress.rejections[row["reason"]] += 1
            count_rejection(self._watch, stage, row)
            # Candidates beyond the wanted number say nothing about acceptance.
            if stage is Stage.INSTRUCTION_GENERATION and row["reason"] != Reason.OVER_LIMIT.value:
                self._progress.instruction_rejections += 1

    def _count_results(self, stage: Stage) -> None:
        rows = self._new_rows(stage, STEP_RESULTS)
        # A row that was not asked about is passed on, and done when the run is resumed.
        self._progress.stages[stage].finished += sum(row.get("status") not in _NEVER_ASKED for row in rows)
        count_results(self._watch, stage, rows)
        if stage is Stage.INSTANCE_FILTERING:
            self._progress.instances += sum(len(row["instances"]) for row in rows)

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
        return [row for line in content[:complete].split(b"\n") if line.strip() and (row := self._row(path, line))]

    def _row(self, path: Path, line: bytes) -> Row | None:
        """The row in a line of a journal; None if it is damaged, which is counted."""
        parsed = jsonl.parse(line)
        fault = parsed.fault or row_fault(path, parsed.value)
        if not fault:
            return parsed.value
        if path.name == BATCHES:  # a batch that is not known might be paid for again
            raise JournalError(
                f"A line of {path} {fault}: restore the file, or remove the line. It is {line!r:.100}.", path
            )
        self._progress.damaged += 1
        self._progress.damage = self._progress.damage or f"a line of {path} {fault}"
        return None
