"""Recordings of two small models, replayed through all stages: answers as unruly as real ones are."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests import processes

RECORDINGS = Path(__file__).parents[1] / "recordings"


@pytest.mark.parametrize("name", ["gemma-3-270m", "smollm2-135m"])
def test_a_recorded_model_is_replayed_through_all_stages(name: str, tmp_path: Path) -> None:
    options = ("-n", "40", "--sampling-lag", "5", "--output", tmp_path / "run")
    command = [
        sys.executable,
        "-m",
        "distilabel_selfinstruct",
        "run",
        "--llm",
        f"recorded:{RECORDINGS / name}",
        *options,
    ]
    processes.run(command, check=True, capture_output=True, timeout=120)

    def rows(file: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in (tmp_path / "run" / file).read_text(encoding="utf-8").splitlines()]

    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "finished"
    assert len(rows("instructions.jsonl")) == 40
    assert len(rows("instances.jsonl")) >= 30
    assert "failed_request" not in {row["reason"] for row in rows("rejections.jsonl")}


def test_the_recording_of_gemma_is_in_no_package() -> None:
    text = (RECORDINGS.parents[1] / "pyproject.toml").read_text()
    included = re.findall(r"^include = (\[.*\])$", text, re.MULTILINE)
    assert '[tool.hatch.build.targets.wheel]\npackages = ["distilabel_selfinstruct"]' in text
    assert len(included) == 1
    assert "tests" not in included[0]
