import json
import runpy
import sys
from pathlib import Path

import pytest
from distilabel.pipeline import Pipeline

from distilabel_selfinstruct.files import jsonl
from tests import processes

PIPELINES = Path(__file__).parent.parent.parent / "pipelines"


@pytest.fixture(scope="module")
def script() -> Pipeline:
    return runpy.run_path(str(PIPELINES / "self_instruct.py"))["pipeline"]


def test_the_yaml_is_the_same_pipeline_as_the_script(script):
    assert Pipeline.from_yaml(str(PIPELINES / "self_instruct.yaml")).dump() == script.dump()


def test_the_pipeline_survives_yaml_and_json(script, tmp_path):
    script.save(str(tmp_path / "pipeline.yaml"), format="yaml")
    script.save(str(tmp_path / "pipeline.json"), format="json")
    assert Pipeline.from_yaml(str(tmp_path / "pipeline.yaml")).dump() == script.dump()
    assert Pipeline.from_json(str(tmp_path / "pipeline.json")).dump() == script.dump()


def test_the_script_runs(tmp_path):
    done = processes.run(
        [sys.executable, PIPELINES / "self_instruct.py"],
        capture_output=True, text=True, check=True, timeout=120, cwd=tmp_path,
    )  # fmt: skip
    assert "instruction" in done.stdout


def test_the_yaml_file_leaves_its_rows_in_a_file_without_a_repository(tmp_path):
    command = Path(sys.executable).with_name("distilabel")
    options = ["--ignore-cache", "--param", "instruction_generation.num_instructions=7"]
    processes.run(
        [sys.executable, command, "pipeline", "run", "--config", PIPELINES / "self_instruct.yaml", *options],
        capture_output=True, text=True, check=True, timeout=240, cwd=tmp_path,
    )  # fmt: skip
    rows = list(jsonl.read(tmp_path / "instances.jsonl"))
    assert len({row["instruction"] for row in rows}) == 7
    assert all(row["output"] for row in rows)


def test_the_yaml_dump_is_plain_data(script):
    assert json.loads(json.dumps(script.dump())) == script.dump()


@pytest.mark.parametrize(
    ("param", "said"),
    [
        ("seed_tasks=nowhere.jsonl", "The step 'instruction_generation' refuses: Cannot read nowhere.jsonl: "),
        ("max_rouge_l=7", "`max_rouge_l` is '7': it should be less than or equal to 1."),
    ],
)
def test_the_command_of_the_host_refuses_in_one_sentence(tmp_path, param, said):
    command = [Path(sys.executable).with_name("distilabel"), "pipeline", "run", "--ignore-cache"]
    options = ["--config", PIPELINES / "self_instruct.yaml", "--param", f"instruction_generation.{param}"]
    done = processes.run(
        [sys.executable, *command, *options], capture_output=True, text=True, timeout=240, cwd=tmp_path
    )
    assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (1, False)
    assert done.stderr.splitlines()[-1].startswith(f"distilabel: {said}")
