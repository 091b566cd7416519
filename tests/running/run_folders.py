"""Folders of runs, with the journals that a test writes into them."""

import json
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.running.folder import RunFolder

ANSWER = {"key": "k", "stage": "instruction_generation", "text": "1. Ask."}
ANSWERED = {"status": "answered", "request": 0}
ADMITTED = {"nearest_instruction": "", "nearest_rouge_l": 0.0, "request": 0, "model_name": "m"}


def journal(folder: RunFolder, stage: Stage, *rows: dict, name: str = "results.jsonl") -> None:
    path = folder.state / stage.value / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)


def filtered(instruction: str, *instances: dict, request: int = 0) -> dict[str, Any]:
    """A row of the last stage."""
    return {"instruction": instruction, "instances": list(instances), "request": request}


def prepared(path: Path, *, fresh: bool = False, extend: bool = False, **options: Any) -> RunFolder:
    folder = RunFolder(path)
    with folder.prepared(RunConfig(**options), fresh=fresh, extend=extend):
        return folder


def a_run(tmp_path: Path) -> RunFolder:
    folder = prepared(tmp_path / "run")
    journal(
        folder, Stage.INSTRUCTION_GENERATION, {"instruction": "one", **ADMITTED}, {"instruction": "two", **ADMITTED}
    )
    journal(
        folder,
        Stage.CLASSIFICATION,
        {"instruction": "one", "is_classification": True, **ANSWERED},
        {"instruction": "two", "is_classification": False, **ANSWERED},
    )
    journal(folder, Stage.INSTANCE_GENERATION, *({"instruction": name, **ANSWERED} for name in ("one", "two")))
    journal(folder, Stage.INSTANCE_FILTERING, filtered("one"), filtered("two", {"input": "", "output": "x"}))
    return folder
