"""A run whose rows are only counted, and when the host looks what its steps do."""

import sys
from pathlib import Path

import pytest

from tests import processes

SCRIPT = """
import sys
import time

slept = []
real_sleep = time.sleep
time.sleep = lambda seconds: slept.append(seconds) or real_sleep(seconds)

from distilabel.pipeline import Pipeline
from distilabel_selfinstruct.host_fixes.rows_without_use import count_rows
from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.steps import InstructionGeneration

with Pipeline(name="counted", cache_dir=sys.argv[1]) as pipeline:
    InstructionGeneration(llm=RecordedLLM(), num_instructions=12, batch_size=4)
counter = count_rows(pipeline)
distiset = pipeline.run(use_cache=False)
print("made", counter.num_rows, len(distiset), max(slept))
"""


@pytest.fixture(scope="module")
def counted_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    folder = tmp_path_factory.mktemp("counted")
    command = [sys.executable, "-c", SCRIPT, str(folder)]
    done = processes.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.splitlines()[-1].split()[1:], folder


def test_rows_that_are_only_counted_are_not_written(counted_run: tuple[list[str], Path]) -> None:
    (rows, splits, _), folder = counted_run
    assert (rows, splits) == ("12", "0")
    assert not list(folder.rglob("*.parquet"))


def test_a_run_of_loaded_steps_begins_at_once(counted_run: tuple[list[str], Path]) -> None:
    assert float(counted_run[0][2]) < 0.5
