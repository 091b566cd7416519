"""What a run leaves behind: its records as JSON Lines and as a dataset."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

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


def instruction_rows(tasks: Sequence[GeneratedTask]) -> list[Row]:
    """A row for each task: the rows of `instructions.jsonl`."""
    return [{**task.facts, "num_instances": len(task.instances)} for task in tasks]


def instance_rows(tasks: Sequence[GeneratedTask]) -> list[Row]:
    """A row for each instance: the rows of `instances.jsonl` and of the dataset."""
    rows = (
        {**task.facts, "input": instance.input, "output": instance.output}
        for task in tasks
        for instance in task.instances
    )
    return [{column: row[column] for column in COLUMNS} for row in rows]


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
    """Write the JSON Lines files and the dataset. Equal records give equal bytes."""
    instances = instance_rows(records.tasks)
    _keep_pushed_rows(folder, instances)
    jsonl.write(folder.instructions, instruction_rows(records.tasks))
    jsonl.write(folder.instances, instances)
    jsonl.write(folder.rejections, map(rejection_row, records.rejections))
    save_dataset(instances, folder.dataset)


def _keep_pushed_rows(folder: RunFolder, instances: Sequence[Row]) -> None:
    """Keep the rows that people may be rating and that are not among the new ones, so that ratings find their texts."""
    if not ((folder.path / run_layout.PUSHED).exists() and folder.instances.exists()):
        return
    kept = folder.path / run_layout.REPLACED_ROWS
    known = {_texts(row) for row in instances} | {_texts(row) for row in (jsonl.read(kept) if kept.exists() else ())}
    gone = [row for row in jsonl.read(folder.instances) if _texts(row) not in known]
    if gone:
        appender = jsonl.Appender(kept)
        appender.append(gone)
        appender.close()


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in ("instruction", "input", "output"))


def save_dataset(instances: Sequence[Row], folder: Path, more: Sequence[str] = ()) -> None:
    """Save rows as a dataset of one split. `more` are further columns, of texts."""
    from datasets import Dataset, DatasetDict, Features, Value

    columns = {**COLUMNS, **dict.fromkeys(more, "string")}
    rows = [
        {column: encodable(value) if isinstance(value, str) else value for column, value in row.items()}
        for row in instances
    ]
    features = Features({column: Value(kind) for column, kind in columns.items()})
    dataset = Dataset.from_dict({column: [row[column] for row in rows] for column in columns}, features=features)
    # The fingerprint that datasets would make holds the time.
    fingerprint = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
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
