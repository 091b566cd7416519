"""The folders of a step's replicas: each replica writes a journal of its own, and all of them are read together.

The first replica of a step has the folder `STATE/STEP`, which is the only one of most runs; the others have
`STATE/STEP.1`, `STATE/STEP.2` and so on. A run that is resumed with fewer replicas still reads the folders of those
that are gone. What the replicas wrote is put in the order of the rows by the number that each row has in its step.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.journal.rows import read_rows, row_fault, step_of
from distilabel_selfinstruct.records import Row

_Item = TypeVar("_Item")


def replica_folder(state: Path, step: str, replica: int) -> Path:
    """The folder of a replica, counted from 0."""
    return state / (f"{step}.{replica}" if replica else step)


def replica_folders(state: Path, step: str) -> list[Path]:
    """The folders of a step, by the number of the replica: that of the first, and those of others that are there."""
    try:
        names = [path.name for path in state.iterdir()]
    except FileNotFoundError:
        names = []
    others = [name for name in names if step_of(name) == step and name.rpartition(".")[2].isdecimal()]
    others.sort(key=lambda name: int(name.rpartition(".")[2]))
    return [state / step, *(state / name for name in others)]


def merged(
    state: Path, step: str, name: str, read: Callable[[Path], Iterable[_Item]], number: Callable[[_Item], int]
) -> list[_Item]:
    """What the replicas of a step wrote to their files of a name, in the order of the rows.

    Args:
        state: the folder of the journals.
        step: the name of the step.
        name: that of the file.
        read: reads one file; there may be none.
        number: which row of the step an item belongs to. Items of one row are in one file, and keep their order.
    """
    folders = replica_folders(state, step)
    items = [item for folder in folders for item in read(folder / name)]
    return sorted(items, key=number) if len(folders) > 1 else items


def merged_results(state: Path, step: str, name: str, read: Callable[[Path], Iterable[Row]] = read_rows) -> list[Row]:
    """The rows that the replicas of a step finished, in their order.

    Raises:
        JournalError: a line is damaged, or lacks a field.
    """
    return merged(state, step, name, read, _number_of)


def readable_rows(path: Path) -> Iterator[Row]:
    """The rows of a journal that another process may be writing to; lines that cannot be read are left out."""
    if path.exists():
        for line in jsonl.scan(path):
            if not (line.fault or row_fault(path, line.value)):
                yield line.value


def _number_of(row: dict[str, Any]) -> int:
    return int(row["request"])
