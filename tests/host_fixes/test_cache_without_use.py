import sys
from pathlib import Path

from tests import processes

SCRIPT = """
import sys
from distilabel.pipeline import Pipeline
from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.steps import InstructionGeneration

with Pipeline(name="cache", cache_dir=sys.argv[1]) as pipeline:
    InstructionGeneration(llm=RecordedLLM(), num_instructions=12, batch_size=4)
print(len(pipeline.run(use_cache=sys.argv[2] == "yes")["default"]["train"]))
"""


def files_after_run(folder: Path, use_cache: str) -> set[str]:
    done = processes.run(
        [sys.executable, "-c", SCRIPT, str(folder), use_cache], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.splitlines()[-1] == "12"
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_run_without_cache_writes_the_pipeline_and_no_buffers(tmp_path):
    files = files_after_run(tmp_path, "no")
    assert "pipeline.yaml" in files
    assert "batch_manager.json" not in files


def test_a_run_with_cache_writes_both(tmp_path):
    assert {"pipeline.yaml", "batch_manager.json"} <= files_after_run(tmp_path, "yes")
