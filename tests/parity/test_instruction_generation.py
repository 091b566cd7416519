"""Recorded responses of real models, driven through the real step in a real pipeline."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests import processes

RECORDINGS = os.environ.get("SELFINSTRUCT_RECORDINGS")
pytestmark = pytest.mark.skipif(not RECORDINGS, reason="SELFINSTRUCT_RECORDINGS names no folder of recorded runs")

SCRIPT = """
import json, sys
from distilabel.pipeline import Pipeline
from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.steps import InstructionGeneration

seeds, recording, output = sys.argv[1:]
with Pipeline(name="replay", cache_dir=output + "/cache") as pipeline:
    InstructionGeneration(
        name="generation", llm=RecordedLLM(recording=recording), seed_tasks=seeds, mode="strict",
        num_instructions=10_000, patience=1_000, batch_size=20,
    )
rows = pipeline.run(use_cache=False)["default"]["train"]
with open(output + "/rows.jsonl", "w") as stream:
    stream.writelines(json.dumps(row) + "\\n" for row in rows)
"""


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("run", ["davinci_maulik", "llama3_8b_kissshhot"])
def test_the_admitted_list_equals_the_recorded_one(tmp_path, run):
    folder = Path(str(RECORDINGS)) / "recorded_runs" / run
    expected = [row for row in read(folder / "stage1_replay.expected.jsonl") if row["kept"]]
    with (tmp_path / "completions.jsonl").open("w", encoding="utf-8") as stream:
        for row in read(folder / "instruction_responses.jsonl"):
            completion = {"stage": "instruction_generation", "text": row["text"], "finish_reason": row["finish_reason"]}
            stream.write(json.dumps(completion) + "\n")
    seeds = Path(str(RECORDINGS)) / "self_instruct" / "seed_tasks_175.jsonl"
    processes.run(
        [sys.executable, "-c", SCRIPT, str(seeds), str(tmp_path), str(tmp_path)],
        check=True,
        timeout=120,
        capture_output=True,
    )
    admitted = read(tmp_path / "rows.jsonl")
    assert [row["instruction"] for row in admitted] == [row["candidate"] for row in expected]
    assert [row["nearest_rouge_l"] for row in admitted] == [row["max_rougeL"] for row in expected]
    assert [row["nearest_instruction"] for row in admitted] == [row["most_similar"] for row in expected]
