"""What a run leaves behind: rows from the journals, as JSON Lines and as a dataset."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict, Features, Value

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.run_layout import END, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.records import INSTANCES, INSTRUCTIONS, RAW_INSTANCES, STEP_NAMES, TASK_TYPES
from distilabel_selfinstruct.running.folder import RunFolder

INSTANCE_FEATURES = Features(
    {
        "instruction": Value("string"),
        "input": Value("string"),
        "output": Value("string"),
        "is_classification": Value("bool"),
        "nearest_instruction": Value("string"),
        "nearest_rouge_l": Value("float64"),
        "request": Value("int64"),
        "model_name": Value("string"),
    }
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The rows of a run, whether it is complete or not."""

    instructions: list[Row]
    instances: list[Row]
    rejections: list[Row]
    rows_per_step: dict[str, int]
    stop_reason: str


def read_outputs(folder: RunFolder) -> Outputs:
    """Put the rows together from what each step has in its journal."""
    results = {step: _rows(folder.state / step / STEP_RESULTS) for step in STEP_NAMES}
    task_types = {row["instruction"]: row["is_classification"] for row in results[TASK_TYPES]}
    kept = {row["instruction"]: row["instances"] for row in results[INSTANCES]}
    instructions, instances = [], []
    for row in results[INSTRUCTIONS]:
        instruction = row["instruction"]
        task = {**row, "is_classification": task_types.get(instruction, False)}
        instructions.append({**task, "num_instances": len(kept.get(instruction, ()))})
        instances += [
            {column: {**task, **instance}[column] for column in INSTANCE_FEATURES}
            for instance in kept.get(instruction, ())
        ]
    ends = _rows(folder.state / INSTRUCTIONS / END)
    return Outputs(
        instructions=instructions,
        instances=instances,
        rejections=[row for step in STEP_NAMES for row in _rows(folder.state / step / STEP_REJECTIONS)],
        rows_per_step={step: len(rows) for step, rows in results.items()},
        stop_reason=ends[-1]["reason"] if ends else "",
    )


def missing_rows(outputs: Outputs, num_dataset_rows: int | None) -> list[str]:
    """What vanished between stages, one sentence each. Empty when each row that went in came out.

    Args:
        outputs: what the steps say that they handed on.
        num_dataset_rows: how many rows distilabel says that came out at the end; None if it does not say.
    """
    came = outputs.rows_per_step
    problems = [
        f"{before} handed on {came[before]} rows and {after} finished {came[after]}."
        for before, after in (
            (INSTRUCTIONS, TASK_TYPES),
            (TASK_TYPES, RAW_INSTANCES),
            (RAW_INSTANCES, INSTANCES),
        )
        if came[before] != came[after]
    ]
    if num_dataset_rows is not None and num_dataset_rows != len(outputs.instances):
        problems.append(f"{INSTANCES} kept {len(outputs.instances)} rows and distilabel returned {num_dataset_rows}.")
    return problems


def write_outputs(folder: RunFolder, outputs: Outputs) -> None:
    """Write the JSON Lines files and the dataset. Equal rows give equal bytes."""
    jsonl.write(folder.instructions, outputs.instructions)
    jsonl.write(folder.instances, outputs.instances)
    jsonl.write(folder.rejections, outputs.rejections)
    rows = [json.loads(jsonl.dumps(row)) for row in outputs.instances]
    columns = {column: [row[column] for row in rows] for column in INSTANCE_FEATURES}
    dataset = Dataset.from_dict(columns, features=INSTANCE_FEATURES)
    # The fingerprint that datasets would make holds the time.
    fingerprint = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
    dataset = Dataset(dataset.data, info=dataset.info, fingerprint=fingerprint)
    # Left to itself, datasets saves no rows as no shards and then cannot load them.
    DatasetDict({"train": dataset}).save_to_disk(str(folder.dataset), num_shards=None if rows else {"train": 1})


def _rows(path: Path) -> list[Row]:
    return list(jsonl.read(path)) if path.exists() else []
