"""Regenerated outputs: the run folder that comes of it, what is dropped, and what happens when it is killed."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import InputFileError, RunFolderError
from distilabel_selfinstruct.exporting import export
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.records import Row, RunStatus
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.regenerating import Regenerated, regenerate
from tests import processes
from tests.exporting.builders import INSTANCES, a_run, read, reviewed
from tests.local_openai_server import KEY, Asked, LocalOpenAIServer, Reply, text

ROWS = INSTANCES[:12]
SPECIAL = {
    "Task 2.": text("I'm sorry, but I cannot help with that request.", "stop", (9, 4)),
    "Task 5.": text("cut off in the mid", "length", (9, 4)),
    "Task 7.": text(" ", "stop", (9, 4)),
    "Task 8.": text(" answer 8 ", "stop", (9, 4)),
}


class Model:
    """Answers by the prompt alone, and tells when so many rows have arrived."""

    def __init__(self) -> None:
        self.arrived = 0
        self._changed = threading.Condition()

    def __call__(self, asked: Asked) -> Reply:
        if asked.body["max_tokens"] == 1:
            return text("H")
        with self._changed:
            self.arrived += 1
            self._changed.notify_all()
        instruction = instruction_of(asked)
        return replace(SPECIAL.get(instruction, text(f" New {instruction}", "stop", (9, 4))), seconds=0.05)

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.arrived >= count, 120)


def instruction_of(asked: Asked) -> str:
    return asked.prompt.partition("\n")[0].removesuffix("\nOutput:")


@pytest.fixture
def server() -> Iterator[LocalOpenAIServer]:
    with LocalOpenAIServer(Model()) as listening:
        yield listening


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = a_run(tmp_path / "run", ROWS)
    described = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**described, "inputs": {}, "versions": {}}))
    jsonl.write(
        folder / "instructions.jsonl", [{"instruction": row["instruction"], "num_instances": 1} for row in ROWS]
    )
    old = {"stage": "instance_filtering", "reason": "duplicate", "detail": "", "text": "x", "instruction": "y"}
    jsonl.write(folder / "rejections.jsonl", [{**old, "request": 1}])
    return folder


def asking(server: LocalOpenAIServer, **options: Any) -> RunConfig:
    options = {"prompt_form": "completion", "max_in_flight": 2, **options}
    return RunConfig(llm="openai:strong", base_url=server.url, **options)


def again(run: Path, server: LocalOpenAIServer, **options: Any) -> Regenerated:
    return regenerate(run, run.with_name("new"), asking(server), **options)


def test_each_row_has_the_new_output_the_old_one_and_the_model(run: Path, server: LocalOpenAIServer) -> None:
    result = again(run, server)
    assert (result.status, result.num_rows, result.num_kept, result.num_unchanged) == (RunStatus.FINISHED, 12, 9, 1)
    rows = read(run.with_name("new") / "instances.jsonl")
    assert [row["instruction"] for row in rows] == [
        row["instruction"] for row in ROWS if row["request"] not in {2, 5, 7}
    ]
    assert rows[0] == {**ROWS[0], "output": "New Task 0.", "original_output": "answer 0", "output_model": "strong"}
    assert server.asked[-1].body["max_tokens"] == 1024
    assert sorted(one.prompt for one in server.asked if "Task 1." in one.prompt) == [
        "Task 1.\n\nInput: Text: 1\nOutput:"
    ]


def test_a_run_without_instances_is_refused_before_anything_is_asked(run: Path, server: LocalOpenAIServer) -> None:
    (run / "instances.jsonl").write_text("")
    with pytest.raises(InputFileError, match="has no instances, so there is nothing to regenerate"):
        again(run, server)
    assert (server.asked, run.with_name("new").exists()) == ([], False)


def test_refusals_cut_offs_and_empty_outputs_are_named_beside_what_the_run_dropped(
    run: Path, server: LocalOpenAIServer
) -> None:
    result = again(run, server)
    assert result.reasons == {"refusal": 1, "truncated": 1, "empty_output": 1}
    dropped = read(run.with_name("new") / "rejections.jsonl")
    assert [(row["stage"], row["reason"], row["instruction"]) for row in dropped] == [
        ("instance_filtering", "duplicate", "y"),
        ("regeneration", "refusal", "Task 2."),
        ("regeneration", "truncated", "Task 5."),
        ("regeneration", "empty_output", "Task 7."),
    ]
    kept = again(run, server, preferences=True)  # it is finished: the pairs are made of what is there
    assert kept.num_kept == 9
    with pytest.raises(RunFolderError, match="`disabled_rules` was"):
        again(run, server, disabled_rules=["refusal"])


def test_pairs_have_the_new_output_chosen_and_the_old_one_rejected(run: Path, server: LocalOpenAIServer) -> None:
    pairs = again(run, server, preferences=True).preferences
    assert pairs is not None
    rows = read(pairs)
    assert len(rows) == 8  # one output is as it was
    for row in rows:
        assert row["chosen"].strip().startswith("New Task")
        assert row["rejected"].strip().startswith("answer")
        assert row["chosen"].startswith(" ") == row["rejected"].startswith(" ") == row["prompt"].endswith(":")


def test_the_result_is_a_run_folder_that_can_be_exported_but_not_run(run: Path, server: LocalOpenAIServer) -> None:
    from datasets import load_from_disk

    folder = again(run, server).folder
    assert export(folder, "alpaca").train is not None
    assert {row["output"] for row in read(folder / "export" / "alpaca.jsonl")} >= {"New Task 0.", "answer 8"}
    assert load_from_disk(str(folder / "dataset"))["train"]["original_output"][0] == "answer 0"
    with pytest.raises(RunFolderError, match="`selfinstruct regenerate` resumes"):
        RunFolder(folder).check(RunConfig())
    with pytest.raises(RunFolderError, match="whose outputs nobody regenerated"):
        regenerate(folder, run, asking(server))


def test_of_a_reviewed_run_the_kept_rows_are_taken_as_people_corrected_them(
    tmp_path: Path, server: LocalOpenAIServer
) -> None:
    folder = reviewed(tmp_path / "run")
    jsonl.write(folder / "instructions.jsonl", [])
    again(folder, server)
    rows: list[Row] = read(tmp_path / "new" / "instances.jsonl")
    assert [row["instruction"] for row in rows] == ["Task 0.", "Task 1.", "Task 3.", "Task 4."]
    assert rows[1]["original_output"] == "corrected"


def test_a_failure_stops_it_and_the_command_says_how_to_resume(run: Path, server: LocalOpenAIServer) -> None:
    arguments = [run, "-o", run.with_name("new"), "--llm", "openai:strong", "--base-url", server.url]
    arguments += ["--prompt-form", "completion", "--max-requests", "4", "--preferences"]
    env = {"OPENAI_API_KEY": KEY}
    stopped = CliRunner().invoke(app, ["regenerate", *map(str, arguments)], env=env)
    assert stopped.exit_code == 3
    assert "Raise --max-requests to resume." in stopped.output
    done = CliRunner().invoke(app, ["regenerate", *map(str, arguments[:-3]), "--preferences"], env=env)
    assert done.exit_code == 0, done.output
    assert "9 of 12 outputs regenerated, 1 of them as they were." in done.output
    assert "Dropped: 1 refusal, 1 truncated, 1 empty_output" in done.output


@pytest.mark.process
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the number of the process is looked up in /proc")
def test_killed_at_five_points_it_ends_with_the_same_bytes_and_asks_nothing_twice(
    run: Path, server: LocalOpenAIServer
) -> None:
    whole = regenerate(run, run.with_name("whole"), asking(server), preferences=True).folder
    model, folder = server._answer, run.with_name("new")
    assert isinstance(model, Model)
    command = [sys.executable, "-m", "distilabel_selfinstruct", "regenerate", str(run), "--llm", "openai:strong"]
    command += ["--base-url", server.url, "--max-in-flight", "2", "--prompt-form", "completion", "--preferences"]
    for arrivals in (1, 2, 3, 2, 2, None):
        known = {row["instruction"] for row in recorded(folder)}
        before = len(server.asked)
        started = processes.popen([*command, "-o", str(folder)], env={**os.environ, "OPENAI_API_KEY": KEY})
        if arrivals is None:
            assert started.wait(timeout=120) == 0
        else:
            model.wait_for(model.arrived + arrivals)
            started.kill()
            started.wait(timeout=60)
        now = {instruction_of(one) for one in server.asked[before:] if one.body["max_tokens"] != 1}
        assert not now & known
    for name in ("instances", "instructions", "rejections", "preferences"):
        assert (folder / f"{name}.jsonl").read_bytes() == (whole / f"{name}.jsonl").read_bytes(), name
    assert sorted(row["instruction"] for row in recorded(folder)) == sorted(row["instruction"] for row in ROWS)


def recorded(folder: Path) -> list[dict[str, Any]]:
    """The whole records of the journal."""
    path = folder / "state" / "regeneration" / "completions.jsonl"
    content = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
