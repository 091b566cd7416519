"""Run folders with known rows, written without a run."""

import hashlib
import json
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import Rating, record_id, write_ratings
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path


def task(instruction: str, request: int = 0, *, is_classification: bool = False) -> Row:
    return {"instruction": instruction, "request": request, "is_classification": is_classification}


def instance(instruction: str, output: str = "fine", input: str = "", *, is_classification: bool = False) -> Row:
    return {"instruction": instruction, "input": input, "output": output, "is_classification": is_classification}


def rejection(reason: str, request: int = 0, stage: str = "instruction_generation") -> Row:
    return {"stage": stage, "reason": reason, "detail": "", "text": "x", "instruction": "", "request": request}


def completion(stage: str, **changes: Any) -> Row:
    return {"key": "k", "stage": stage, "text": "t", "input_tokens": 10, "output_tokens": 5, "seconds": 2.0, **changes}


def seeds_hash(path: Path | None = None) -> str:
    return hashlib.sha256((path or packaged_seeds_path()).read_bytes()).hexdigest()


def write_run(
    folder: Path,
    instructions: list[Row],
    instances: list[Row],
    rejections: list[Row] = (),
    completions: list[Row] = (),
    description: Row | None = None,
    **options: Any,
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    described = {
        "config": RunConfig(**options).model_dump(exclude_none=True),
        "inputs": {"seed_tasks": seeds_hash()},
        "versions": {"distilabel-selfinstruct": "0.1.0"},
        "status": "finished",
        "problems": [],
        "stop_reason": "",
        **(description or {}),
    }
    (folder / "run.json").write_text(json.dumps(described), encoding="utf-8")
    jsonl.write(folder / "instructions.jsonl", instructions)
    jsonl.write(folder / "instances.jsonl", instances)
    jsonl.write(folder / "rejections.jsonl", rejections)
    if completions:
        (folder / "state" / "step").mkdir(parents=True)
        jsonl.write(folder / "state" / "step" / "completions.jsonl", completions)
    return folder


def write_review(folder: Path, rows: list[Row], answers: dict[str, list[str]], question: str = "valid_task") -> None:
    """Answers of each rater, by name, to one question about the rows in turn."""
    (folder / "review").mkdir(exist_ok=True)
    ratings = [
        Rating(record_id(row["instruction"], row["input"], row["output"]), row["instruction"], rater, question, value)
        for rater, values in answers.items()
        for row, value in zip(rows, values, strict=True)
    ]
    write_ratings(folder / "review" / "ratings.jsonl", ratings)
