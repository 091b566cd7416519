"""The notes of a run on the screen: each is said once, with the stages that it holds for."""

import time
from collections.abc import Iterable, Iterator, Sequence

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.records import MODEL_STAGES, Stage
from distilabel_selfinstruct.running.progress import Progress
from distilabel_selfinstruct.words import escape_controls

SECONDS_TO_GATHER = 30.0
"""A rule of a server is said when all stages have asked it, so that it is said once; and after so long in any case."""

_SAID_BY_STAGE = frozenset({NoteKind.WAITING, NoteKind.QUALITY})
"""What a user may have to do something about is said at once, by each stage."""


class NotesOnScreen:
    """Tells which notes of a run are to be said now."""

    def __init__(self) -> None:
        self._num_seen = 0
        self._gathered: dict[Note, list[Stage]] = {}
        self._since: dict[Note, float] = {}

    def due(self, progress: Progress, *, is_over: bool = False) -> Iterator[str]:
        """What is to be said now. Of the notes of an earlier start, what was waited for then is over."""
        for number, (stage, note) in enumerate(progress.notes):
            was_before = number < progress.num_notes_before
            if number < self._num_seen or (was_before and note.kind is NoteKind.WAITING):
                continue
            if note.kind in _SAID_BY_STAGE:
                yield shown_note([stage], note)
            else:
                self._gathered.setdefault(note, []).append(stage)
                self._since.setdefault(note, time.monotonic())
        self._num_seen = len(progress.notes)
        all_have_asked = all(progress.stages[stage].requests for stage in MODEL_STAGES)
        for note, since in list(self._since.items()):
            if is_over or all_have_asked or time.monotonic() - since > SECONDS_TO_GATHER:
                del self._since[note]
                yield shown_note(self._gathered[note], note)


def all_notes(notes: Iterable[tuple[Stage, Note]]) -> Iterator[str]:
    """All notes of a run, each once with the stages that it holds for."""
    stages: dict[Note, list[Stage]] = {}
    for stage, note in notes:
        stages.setdefault(note, []).append(stage)
    for note, of in stages.items():
        yield shown_note(of, note)


def shown_note(stages: Sequence[Stage], note: Note) -> str:
    """A note of stages, with flags for the options that it names."""
    return escape_controls(f"{', '.join(stage.value for stage in stages)}: {with_flags(note.text)}")
