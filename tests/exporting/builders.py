"""Runs to export, and one that people reviewed."""

import json
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.records import Row


def read(path: Path) -> list[Row]:
    return list(jsonl.read(path))


def instance(number: int, **changes: Any) -> Row:
    row = {
        "instruction": f"Task {number}.",
        "input": f"Text: {number}" if number % 2 else "",
        "output": f"answer {number}",
        "is_classification": False,
        "nearest_instruction": "",
        "nearest_rouge_l": 0.0,
        "request": number,
        "model_name": "m",
    }
    return {**row, **changes}


INSTANCES = [instance(number) for number in range(30)]


def a_run(folder: Path, rows: list[Row] = INSTANCES, **config: Any) -> Path:
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"config": config, "status": "finished"}))
    jsonl.write(folder / "instances.jsonl", rows)
    return folder


def reviewed(folder: Path) -> Path:
    """Rows 0 to 4 kept, 1 of them corrected; 5 to 7 dropped; the others undecided or, from 20, unknown."""
    a_run(folder)
    (folder / "review").mkdir()
    decisions = []
    for number, row in enumerate(INSTANCES[:20]):
        status = "kept" if number < 5 else "dropped" if number < 8 else "undecided"
        decision = {
            "record": record_id(row["instruction"], row["input"], row["output"]),
            "verdict": status,
            "reason": "",
            "detail": f"About {number}.",
            "num_raters": 1,
            "corrected": number == 1,
            **row,
            "output": "corrected" if number == 1 else row["output"],
            "original_output": row["output"],
        }
        decisions.append(decision)
    jsonl.write(folder / "review" / "decisions.jsonl", decisions)
    return folder
