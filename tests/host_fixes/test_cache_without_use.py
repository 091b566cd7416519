import hashlib
import sys
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct import host_fixes
from tests import processes

host_fixes.apply()  # before the host is imported, whose warnings would be errors here

from distilabel.pipeline.batch import _Batch

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
    assert not [name for name in files if name.startswith("batch_")]


def test_a_run_with_cache_writes_both(tmp_path):
    assert {"pipeline.yaml", "batch_manager.json", "batch_0.json"} <= files_after_run(tmp_path, "yes")


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3)), max_size=5), st.integers(0, 6)
)
def test_a_hash_is_that_of_the_host_and_made_when_it_is_needed(rows: list[dict[str, Any]], taken: int) -> None:
    batch = _Batch(seq_no=0, step_name="step", last_batch=False)
    batch.set_data([rows])
    batch.get_data(taken)
    assert batch.data_hash is None
    expected = hashlib.sha1(str([rows[taken:]]).encode()).hexdigest()
    assert batch.dump()["data_hash"] == batch.data_hash == expected
