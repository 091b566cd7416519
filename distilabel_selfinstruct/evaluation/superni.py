"""The tasks of Super-NaturalInstructions, in a user's clone of `natural-instructions` or a folder with two files.

Nothing is downloaded. The test rows of the paper are the first 100 instances of each of the 119 tasks that
`splits/default/test_tasks.txt` lists.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.errors import reading as reading_file
from distilabel_selfinstruct.evaluation.definitions import TaskFacts, current_name, facts_of, first_text
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.reading.columns import lookup
from distilabel_selfinstruct.reading.values import texts_of

PREFIX = "superni:"
"""Stands before the path of a folder with these tasks."""

TEST_INSTANCES = 100
"""So many instances of each test task are scored: the first ones, which its authors have balanced."""

NISplit = Literal["test", "train"]


@dataclass(frozen=True, slots=True)
class SuperNISource:
    """Where the tasks are and which of them are meant.

    `most` is how many instances of each task count, from the first one on; None for all.
    """

    folder: Path
    split: NISplit = "test"
    most: int | None = TEST_INSTANCES


@dataclass(frozen=True, slots=True)
class SuperNIInstance:
    """An instance of a task, with all of its references."""

    id: str
    input: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuperNITask:
    """A task by its name, with the instances that count."""

    name: str
    facts: TaskFacts
    instances: tuple[SuperNIInstance, ...]


def superni_source(source: object) -> SuperNISource | None:
    """The source that a text such as "superni:natural-instructions:test:100" names; None if it names another thing.

    The folder alone does as well, if it is a clone or holds the two files of `superni_tasks`.

    Raises:
        ConfigError: no path follows the prefix, or the number is 0.
    """
    if not isinstance(source, str | os.PathLike):
        return None
    text = os.fspath(source)
    if not text.startswith(PREFIX):
        return SuperNISource(Path(text)) if _is_superni(Path(text)) else None
    rest, last = text.removeprefix(PREFIX), ""
    most: int | None = None
    if rest.rpartition(":")[2].isdecimal():
        rest, _, last = rest.rpartition(":")
        most = int(last)
    split: NISplit = "test"
    if rest.rpartition(":")[2] in get_args(NISplit):
        rest, _, last_word = rest.rpartition(":")
        split = "train" if last_word == "train" else "test"
    if not rest or most == 0:
        raise ConfigError(f"{text!r} names no tasks: write {PREFIX}FOLDER, {PREFIX}FOLDER:train or {PREFIX}FOLDER:100.")
    return SuperNISource(Path(rest), split, most or (TEST_INSTANCES if split == "test" else None))


def superni_tasks(source: SuperNISource) -> Iterator[SuperNITask]:
    """The tasks, one after the other, in the order of their list.

    A clone has `splits/default/test_tasks.txt`, `train_tasks.txt` and a file for each task in `tasks`. Any other folder
    has a file `…_tasks.jsonl` with the definitions of test tasks, and a JSON Lines file with `Task`, `id`, `input` and
    `output`, a row for each instance.

    Raises:
        InputFileError: the folder is neither, or a file in it is missing or damaged.
    """
    if (source.folder / "splits").is_dir():
        yield from _of_clone(source)
    else:
        yield from _of_two_files(source)


def _is_superni(folder: Path) -> bool:
    if not folder.is_dir() or (folder / run_layout.DESCRIPTION).exists():
        return False
    is_clone = (folder / "splits").is_dir() and (folder / "tasks").is_dir()
    return is_clone or all(_two_files(folder))


def _of_clone(source: SuperNISource) -> Iterator[SuperNITask]:
    listed = source.folder / "splits" / "default" / f"{source.split}_tasks.txt"
    with reading_file(listed):
        names = listed.read_text(encoding="utf-8").split()
    for name in names:
        paths = [source.folder / "tasks" / f"{one}.json" for one in dict.fromkeys((name, current_name(name)))]
        path = next((path for path in paths if path.is_file()), paths[0])
        with reading_file(path):
            content = path.read_bytes()
        try:
            task = json.loads(content)
        except ValueError as error:
            raise InputFileError(f"{path} holds no JSON ({error}): restore it from the repository.", path) from None
        facts = facts_of(task) if isinstance(task, dict) else None
        instances = task.get("Instances") if facts else None
        if facts is None or not isinstance(instances, list):
            raise InputFileError(f"{path} lacks Definition or Instances: restore it from the repository.", path)
        counted = instances[: source.most]
        yield SuperNITask(current_name(name), facts, tuple(_instance(path, n, one) for n, one in enumerate(counted, 1)))


def _of_two_files(source: SuperNISource) -> Iterator[SuperNITask]:
    folder = source.folder
    if source.split == "train":
        raise InputFileError(f"{folder} has no training tasks: name a clone of natural-instructions.", folder)
    if not folder.is_dir():
        raise InputFileError(f"There is no folder {folder}: check the path.", folder)
    definitions, rows = _two_files(folder)
    if len(definitions) != 1 or len(rows) != 1:
        raise InputFileError(
            f"{folder} is no clone of natural-instructions (splits/ is missing), and holds {len(definitions)} files of "
            f"definitions (…_tasks.jsonl) and {len(rows)} of instances instead of one each: name another folder.",
            folder,
        )
    known = {}
    for line in jsonl.read(definitions[0]):
        facts = facts_of(line)
        if facts is not None:
            known[current_name(first_text(lookup(line, "Task")))] = facts
    instances: dict[str, list[SuperNIInstance]] = {name: [] for name in known}
    for number, line in enumerate(jsonl.read(rows[0]), 1):
        name = current_name(first_text(line.get("Task")))
        if name not in known:
            raise InputFileError(f"{rows[0]}, row {number}: {definitions[0].name} has no task {name!r}.", rows[0])
        if source.most is None or len(instances[name]) < source.most:
            instances[name].append(_instance(rows[0], number, line))
    for name, found in instances.items():
        yield SuperNITask(name, known[name], tuple(found))


def _two_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files of definitions and those of instances in a folder."""
    definitions = [path for path in sorted(folder.glob("*_tasks.jsonl")) if _begins_with(path, "Task", "Definition")]
    others = [path for path in sorted(folder.glob("*.jsonl")) if path not in definitions]
    return definitions, [path for path in others if _begins_with(path, "Task", "input", "output")]


def _begins_with(path: Path, *names: str) -> bool:
    """Whether the first row of a file has these fields."""
    first = next(jsonl.scan(path), None)
    return first is not None and first.value.keys() >= set(names)


def _instance(path: Path, number: int, value: Any) -> SuperNIInstance:
    row = value if isinstance(value, dict) else {}
    try:
        output = texts_of(row.get("output"))
    except ValueError:
        output = None
    if not isinstance(row.get("input"), str) or output is None:
        raise InputFileError(f"{path}, instance {number}: it lacks input or output: restore the file.", path)
    references = (output,) if isinstance(output, str) else tuple(output)
    return SuperNIInstance(first_text(row.get("id")), row["input"], references)
