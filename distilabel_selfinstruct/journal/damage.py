"""Damage in the journal of a step: what cannot be read is set aside and named, and the rest is used."""

import os
from collections.abc import Iterator
from pathlib import Path

from distilabel_selfinstruct.files import atomic, jsonl
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, DAMAGED, NOTES
from distilabel_selfinstruct.journal.notes import Note, NoteKind, note_row
from distilabel_selfinstruct.journal.rows import row_fault, step_of


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


def set_damage_aside(folder: Path) -> None:
    """Repair the journal of a step that no other process works on.

    A torn last line is cut off. Other lines that cannot be read move to `damaged.jsonl`, as they are, and a note of the
    step says which they were: what they answered is asked again.

    Raises:
        OSError: a file cannot be written. The lines are where they were, or in both files.
    """
    damaged = [fault for name in (COMPLETIONS, NOTES) for fault in _set_lines_aside(folder / name)]
    if damaged:
        more = f" and {len(damaged) - 1:,} more" if len(damaged) > 1 else ""
        text = (
            f"Damaged records of the journal: {len(damaged):,} ({damaged[0]}{more}), set aside in {folder / DAMAGED}. "
            "What they answered is asked again."
        )
        notes = jsonl.Appender(folder / NOTES, checked=True)
        notes.append([note_row(step_of(folder.name), Note(NoteKind.DAMAGE, "journal", text))])
        notes.close()


def _set_lines_aside(path: Path) -> Iterator[str]:
    """Move the damaged lines of a file, and say of each where it stood and what is wrong with it."""
    repair(path)
    if not path.exists():
        return
    faults = {line.number: fault for line in jsonl.scan(path) if (fault := line.fault or row_fault(path, line.value))}
    if not faults:
        return
    lines = path.read_bytes().split(b"\n")
    with (path.parent / DAMAGED).open("ab", buffering=0) as aside:
        aside.write(b"".join(lines[number - 1] + b"\n" for number in faults))
        os.fsync(aside.fileno())
    kept = b"".join(line + b"\n" for number, line in enumerate(lines, 1) if number not in faults and line.strip())
    atomic.write_all({path: lambda partial: partial.write_bytes(kept)})
    for number, fault in faults.items():
        yield f"{path.name}, line {number}: the line {fault}"
