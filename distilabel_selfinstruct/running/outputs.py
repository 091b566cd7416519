"""What a run leaves behind: its records as JSON Lines and as a dataset."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.journal.run_records import RunRecords, rejection_row
from distilabel_selfinstruct.records import GeneratedTask, Row, Stage
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.words import encodable

COLUMNS = {
    "instruction": "string",
    "input": "string",
    "output": "string",
    "is_classification": "bool",
    "nearest_instruction": "string",
    "nearest_rouge_l": "float64",
    "request": "int64",
    "model_name": "string",
}
"""The columns of the dataset, and their types."""


def instruction_rows(tasks: Iterable[GeneratedTask]) -> Iterator[Row]:
    """A row for each task: the rows of `instructions.jsonl`."""
    for task in tasks:
        yield {**task.facts, "num_instances": len(task.instances)}


def instance_rows(tasks: Iterable[GeneratedTask]) -> Iterator[Row]:
    """A row for each instance: the rows of `instances.jsonl` and of the dataset."""
    for task in tasks:
        facts = task.facts
        for instance in task.instances:
            row = {**facts, "input": instance.input, "output": instance.output}
            yield {column: row[column] for column in COLUMNS}


def missing_rows(records: RunRecords, num_dataset_rows: int | None) -> list[str]:
    """What vanished between stages, one sentence each. Empty when each row that went in came out.

    Args:
        records: what the stages say that they finished.
        num_dataset_rows: how many rows distilabel says that came out at the end; None if it does not say.
    """
    stages, finished = list(Stage), records.num_results
    problems = [
        f"{before.value} handed on {finished[before]} rows and {after.value} finished {finished[after]}."
        for before, after in pairwise(stages)
        if finished[before] != finished[after]
    ]
    if num_dataset_rows is not None and num_dataset_rows != records.num_instances:
        last = stages[-1].value
        problems.append(f"{last} kept {records.num_instances} rows and distilabel returned {num_dataset_rows}.")
    return problems


def write_outputs(folder: RunFolder, records: RunRecords) -> None:
    """Write the JSON Lines files and the dataset. Equal records give equal bytes.

    Each file has its rows generated one by one: all rows of a large run would not fit into memory.
    """
    _keep_pushed_rows(folder, records)
    jsonl.write(folder.instructions, instruction_rows(records.tasks))
    jsonl.write(folder.instances, instance_rows(records.tasks))
    jsonl.write(folder.rejections, map(rejection_row, records.rejections))
    save_dataset(instance_rows(records.tasks), folder.dataset)


def _keep_pushed_rows(folder: RunFolder, records: RunRecords) -> None:
    """Keep the rows that people may be rating and that are not among the new ones, so that ratings find their texts."""
    if not ((folder.path / run_layout.PUSHED).exists() and folder.instances.exists()):
        return
    kept = folder.path / run_layout.REPLACED_ROWS
    known = {_texts(row) for row in instance_rows(records.tasks)}
    known |= {_texts(row) for row in (jsonl.read(kept) if kept.exists() else ())}
    gone = [row for row in jsonl.read(folder.instances) if _texts(row) not in known]
    if gone:
        appender = jsonl.Appender(kept)
        appender.append(gone)
        appender.close()


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in ("instruction", "input", "output"))


def save_dataset(instances: Iterable[Row], folder: Path, more: Sequence[str] = ()) -> None:
    """Save rows as a dataset of one split. `more` are further columns, of texts."""
    from datasets import Dataset, DatasetDict, Features, Value

    kinds = {**COLUMNS, **dict.fromkeys(more, "string")}
    columns: dict[str, list[Any]] = {column: [] for column in kinds}
    content = hashlib.sha256(b"[")  # that of the JSON of all rows
    separator = ""
    for instance in instances:
        row = {name: encodable(value) if isinstance(value, str) else value for name, value in instance.items()}
        content.update(f"{separator}{json.dumps(row)}".encode())
        separator = ", "
        for column, values in columns.items():
            values.append(row[column])
    content.update(b"]")
    features = Features({column: Value(kind) for column, kind in kinds.items()})
    dataset = Dataset.from_dict(columns, features=features)
    # The fingerprint that datasets would make holds the time.
    fingerprint = content.hexdigest()[:16]
    made = Dataset(dataset.data, info=dataset.info, fingerprint=fingerprint)
    # Left to itself, datasets saves no rows as no shards and then cannot load them.
    DatasetDict({"train": made}).save_to_disk(str(folder), num_shards=None if len(made) else {"train": 1})


@contextmanager
def without_dataset_bars() -> Iterator[None]:
    """Keep the progress bars of datasets off the screen: they would run through our own view."""
    from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()
