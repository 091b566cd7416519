"""Run folders and reviews, as the commands before `publish` leave them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import Rating, record_id, write_ratings
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path
from tests.builders import distinct_instruction

NAME = "acme/tasks"
TO_HUB = ("--repo-id", NAME, "--license", "cc-by-4.0")
AS_IT_IS = (*TO_HUB, "--unreviewed")
"""Options of `publish`: where to, and without a review."""

WORDS = ("sort", "rank", "count", "name", "spell", "draft")


def instance(word: str = "sort", **changes: Any) -> dict[str, Any]:
    row = {
        "instruction": distinct_instruction(word),
        "input": "",
        "output": f"The answer to {word}.",
        "is_classification": False,
        "nearest_instruction": "Something else.",
        "nearest_rouge_l": 0.25,
        "request": 3,
        "model_name": "tiny-model",
    }
    return {**row, **changes}


def run_folder(
    folder: Path, instances: Sequence[dict[str, Any]] | None = None, *, status: str = "finished", **config: Any
) -> Path:
    """A run with these instances, and an instruction without any."""
    if instances is None:
        instances = [instance(word, input="" if number % 2 else f"{word} this") for number, word in enumerate(WORDS)]
    folder.mkdir(parents=True)
    instructions: dict[str, dict[str, Any]] = {}
    for row in [*instances, instance("idle")]:
        task = {name: value for name, value in row.items() if name not in ("input", "output")}
        instructions.setdefault(row["instruction"], {**task, "num_instances": 0})
    jsonl.write(folder / "instances.jsonl", instances)
    jsonl.write(folder / "instructions.jsonl", instructions.values())
    jsonl.write(folder / "rejections.jsonl", [rejection("near_duplicate"), rejection("failed_request")])
    description = {
        "config": {
            "llm": "openai:tiny-model",
            "prompt_form": "chat",
            "num_instructions": 6,
            "language": "en",
            **config,
        },
        "inputs": {"seed_tasks": hashlib.sha256(packaged_seeds_path().read_bytes()).hexdigest(), "prompts": "0" * 64},
        "versions": {"distilabel-selfinstruct": "0.1.0", "distilabel": "1.5.3"},
        "status": status,
    }
    (folder / "run.json").write_text(json.dumps(description))
    journal = folder / "state" / "instruction_generation"
    journal.mkdir(parents=True)
    (journal / "completions.jsonl").write_text('{"text": "paid for"}\n')
    return folder


def rejection(reason: str) -> dict[str, Any]:
    return {
        "stage": "instruction_generation",
        "reason": reason,
        "detail": "Cannot reach http://gpu-7.internal" if reason == "failed_request" else "ROUGE-L 0.9",
        "text": "" if reason == "failed_request" else "Sort it all.",
        "instruction": "",
        "request": 1,
    }


def review(
    folder: Path, verdicts: Iterable[str], ratings: Sequence[Rating] = (), corrections: Sequence[str] = ()
) -> None:
    """Decisions on the run's first instances. `corrections` are outputs that raters wrote for the first of them."""
    rows = []
    fixed = dict(enumerate(corrections))
    for number, (row, verdict) in enumerate(zip(jsonl.read(folder / "instances.jsonl"), verdicts, strict=False)):
        record = record_id(row["instruction"], row["input"], row["output"])
        output = fixed.get(number, row["output"])
        rows.append(
            {"record": record, "verdict": verdict, "output": output, "corrected": number in fixed, "reason": "accepted"}
        )
    (folder / "review").mkdir(exist_ok=True)
    jsonl.write(folder / "review" / "decisions.jsonl", rows)
    write_ratings(folder / "review" / "ratings.jsonl", ratings)


def rating(row: dict[str, Any], rater: str, question: str, value: str) -> Rating:
    return Rating(
        record_id(row["instruction"], row["input"], row["output"]),
        row["instruction"],
        rater,
        question,
        value,
        "2026-11-20T23:30:15.123456+00:00",
    )
