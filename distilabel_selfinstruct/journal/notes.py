"""What a step has to say while it works: sentences for the screen, kept for the description of the run and its card."""

from dataclasses import asdict, dataclass
from enum import Enum

from distilabel_selfinstruct.records import Row


class NoteKind(str, Enum):
    """What a note is about."""

    SAMPLING = "sampling"
    """Sampling differs from the paper's, because the server refuses a parameter."""
    USAGE = "usage"
    """The server's token counts cannot be relied on."""
    WAITING = "waiting"
    """Requests fail, and the stage waits before it sends more."""
    DAMAGE = "damage"
    """Records of the journal could not be read."""
    QUALITY = "quality"
    """The model's answers show a fault that a user can remedy."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of a stage. Equal notes of a stage are kept once; `subject` names what it is about, in a word."""

    kind: NoteKind
    subject: str
    text: str


def note_row(stage: str, note: Note) -> Row:
    """The row of a note in `notes.jsonl`."""
    return {"stage": stage, **asdict(note), "kind": note.kind.value}


def note_of(row: Row) -> Note:
    """The note in a row that `rows.read_rows` has checked."""
    return Note(NoteKind(row["kind"]), row["subject"], row["text"])
