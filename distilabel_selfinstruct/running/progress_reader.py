"""How far a run is, read from the journals of its steps while they grow."""

import time
from pathlib import Path

from distilabel_selfinstruct.analysis.quality import Fault, QualityWatch
from distilabel_selfinstruct.errors import JournalError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.run_layout import (
    BATCHES,
    COMPLETIONS,
    END,
    NOTES,
    REFUSED,
    STEP_REJECTIONS,
    STEP_RESULTS,
)
from distilabel_selfinstruct.journal.batch_ledger import batch_state_of
from distilabel_selfinstruct.journal.completions import completion_of
from distilabel_selfinstruct.journal.faults import count_completion, count_rejection, count_results
from distilabel_selfinstruct.journal.notes import Note, NoteKind, note_of
from distilabel_selfinstruct.journal.replicas import replica_folders
from distilabel_selfinstruct.journal.rows import row_fault
from distilabel_selfinstruct.records import Reason, RequestStatus, Row, Stage
from distilabel_selfinstruct.running.progress import Progress

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
        self._folders: list[Path] = []
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
            self._folders = replica_folders(self._state, stage.value)
            self._count_completions(stage)
            self._take_notes(stage)
            for state in map(batch_state_of, self._new_rows(BATCHES)):
                progress.batches[stage, state.number] = state
            progress.stages[stage].refused = sum(_size(folder / REFUSED) for folder in self._folders)
            self._count_rejections(stage)
            self._count_results(stage)
            progress.over = progress.over or (stage is Stage.INSTRUCTION_GENERATION and bool(self._new_rows(END)))
        for hint in self._watch.hints():
            if (hint.stage, hint.fault) not in self._told:
                self._told.add((hint.stage, hint.fault))
                progress.notes.append((hint.stage, Note(NoteKind.QUALITY, hint.fault.value, hint.text)))
        if self._is_first_look:
            self._is_first_look = False
            progress.reused = progress.requests - progress.failures
            progress.num_notes_before = len(progress.notes)
        return progress

    def _take_notes(self, stage: Stage) -> None:
        notes = self._progress.notes
        for note in map(note_of, self._new_rows(NOTES)):
            # Replicas have the same to say; a wait is over and comes again.
            if note.kind is NoteKind.WAITING or (stage, note) not in notes:
                notes.append((stage, note))

    def _count_completions(self, stage: Stage) -> None:
        counts = self._progress.stages[stage]
        for row in self._new_rows(COMPLETIONS):
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
        for row in self._new_rows(STEP_REJECTIONS):
            self._progress.rejections[row["reason"]] += 1
            count_rejection(self._watch, stage, row)
            # Candidates beyond the wanted number say nothing about acceptance.
            if stage is Stage.INSTRUCTION_GENERATION and row["reason"] != Reason.OVER_LIMIT.value:
                self._progress.instruction_rejections += 1

    def _count_results(self, stage: Stage) -> None:
        rows = self._new_rows(STEP_RESULTS)
        # A row that was not asked about is passed on, and done when the run is resumed.
        self._progress.stages[stage].finished += sum(row.get("status") not in _NEVER_ASKED for row in rows)
        count_results(self._watch, stage, rows)
        if stage is Stage.INSTANCE_FILTERING:
            self._progress.instances += sum(len(row["instances"]) for row in rows)

    def _new_rows(self, name: str) -> list[Row]:
        """What the files of a name gained, in the folders of the stage that is looked at."""
        return [row for folder in self._folders for row in self._new_rows_of(folder / name)]

    def _new_rows_of(self, path: Path) -> list[Row]:
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


def _size(path: Path) -> int:
    """The bytes of a file; none if there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
