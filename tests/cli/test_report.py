"""`selfinstruct report` as its user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import processes


def selfinstruct(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return processes.run(
        [sys.executable, "-W", "error::UserWarning", "-m", "distilabel_selfinstruct", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", "PYTHONPATH": str(Path.cwd()), **environment},
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "run"
    done = selfinstruct("run", "--num-instructions", 60, "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def described(demo) -> subprocess.CompletedProcess[str]:
    return selfinstruct("report", demo)


def test_the_page_and_the_figures_lie_in_the_run(demo, described):
    assert described.returncode == 0, described.stderr
    assert described.stderr == ""
    assert described.stdout.splitlines()[-2:] == [str(demo / "report.html"), str(demo / "report.json")]
    assert json.loads((demo / "report.json").read_text())["table_1"]["this"]["instructions"] == 60
    assert (demo / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_what_is_left_out_is_said(described):
    assert "Left out (review): Nobody has rated the instances yet" in described.stdout


def test_all_parts_of_a_run_are_there(demo, described):
    found = json.loads((demo / "report.json").read_text())
    assert set(found["left_out"]) == {"review"}
    assert found["usage"]["total"]["requests"] > 100


def test_the_same_run_gives_the_same_bytes(demo, described, tmp_path):
    assert selfinstruct("report", demo, "--output", tmp_path / "new", PYTHONHASHSEED="7").returncode == 0
    for name in ("report.html", "report.json"):
        assert (tmp_path / "new" / name).read_bytes() == (demo / name).read_bytes()


def test_the_run_can_be_resumed_after_it_was_described(demo, described):
    done = selfinstruct("run", "--num-instructions", 60, "--output", demo)
    assert done.returncode == 0, done.stderr


def test_other_rows_are_described_in_the_working_folder(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"instruction": "Write a poem.", "input": "", "output": "Rain"}\n')
    done = selfinstruct("report", "rows.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "1 instructions, 1 instances."
    assert "Left out (usage): The rows do not come from a run." in done.stdout
    assert (tmp_path / "report.html").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(demo, tmp_path):
    (tmp_path / "taken").write_text("")
    done = selfinstruct("report", demo, "--output", tmp_path / "taken")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert f"Cannot write to {tmp_path / 'taken'}: File exists. Give another output folder." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{folder}/empty"], "holds neither a run (run.json is missing) nor a dataset"),
        (["{folder}/no.jsonl"], "no.jsonl"),
        (["{folder}/rows.jsonl", "--seed-tasks", "{folder}/no.jsonl"], "Cannot read {folder}/no.jsonl"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(tmp_path, arguments, message):
    (tmp_path / "rows.jsonl").write_text('{"instruction": "Write a poem.", "output": "Rain"}\n')
    (tmp_path / "empty").mkdir()
    done = selfinstruct("report", *(argument.format(folder=tmp_path) for argument in arguments), HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    assert message.format(folder=tmp_path) in done.stderr
    assert "Traceback" not in done.stderr


def test_help_needs_no_import_of_the_host():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "distilabel_selfinstruct", "report", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--seed-tasks" in done.stdout
    assert not {" distilabel\n", " matplotlib\n"} & set(done.stderr.splitlines(keepends=True))
