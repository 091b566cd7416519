"""Whole runs with a real model on this machine: SmolLM2 by llama.cpp's server."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.llms import LocalServerLLM, make_llm
from tests import processes
from tests.local_models import kill_servers_of, servers_of, short_prompts, smollm2, wait_for

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked up in /proc"),
]

SECONDS = 240
GREEDY = ("--decoding", "instruction_generation.temperature=0")
FEW_TOKENS = ("--decoding", "instruction_generation.max_tokens=60", "--decoding", "instance_generation.max_tokens=24")


@dataclass(frozen=True)
class Place:
    """A folder with the model and with short prompts."""

    folder: Path
    model: Path

    def command(self, output: str, *options: object, llm: str = "") -> list[str]:
        fixed = ("-n", 2, "--sampling-lag", 1, "--max-requests", 12, *GREEDY, *FEW_TOKENS)
        paths = ("-o", self.folder / output, "--prompts", self.folder / "prompts")
        given = ("--llm", llm or f"gguf:{self.model}", *paths, *fixed, *options)
        return [sys.executable, "-m", "distilabel_selfinstruct", "run", *map(str, given)]

    def run(self, output: str, *options: object, llm: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
        return processes.run(
            self.command(output, *options, llm=llm),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env={**os.environ, **env},
        )

    def start(self, output: str, *options: object) -> "subprocess.Popen[str]":
        return processes.popen(
            self.command(output, *options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def rows(self, output: str) -> dict[str, bytes]:
        names = ("instructions.jsonl", "instances.jsonl", "rejections.jsonl")
        return {name: (self.folder / output / name).read_bytes() for name in names}

    def answers(self, output: str) -> list[dict[str, Any]]:
        files = (self.folder / output / "state").glob("*/completions.jsonl")
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def description(self, output: str) -> dict[str, Any]:
        description: dict[str, Any] = json.loads((self.folder / output / "run.json").read_text())
        return description


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("local")
    short_prompts(folder / "prompts")
    return Place(folder, smollm2(folder))


@pytest.fixture(scope="module")
def whole(place: Place) -> Place:
    """A run in each form, named after it. In chat form the model repeats the instructions that it is shown."""
    chat = ("--prompt-form", "chat", "--prompt-form", "instructions=completion")
    for form, options in {"completion": ("--prompt-form", "completion"), "chat": chat}.items():
        done = place.run(form, *options)
        assert done.returncode in (0, 3), done.stdout + done.stderr
    return place


@pytest.mark.parametrize("form", ["completion", "chat"])
def test_every_stage_gets_answers_in_either_form(whole: Place, form: str) -> None:
    answers = whole.answers(form)
    assert {row["stage"] for row in answers} == {"instruction_generation", "classification", "instance_generation"}
    assert all(row["text"] is not None and row["input_tokens"] and row["finish_reason"] for row in answers)
    assert {row["model"] for row in answers} == {"SmolLM2"}


def test_the_model_is_loaded_once_for_all_stages(whole: Place) -> None:
    (log,) = (whole.folder / "completion" / "state" / "servers").iterdir()
    assert log.name == "SmolLM2.log"
    assert log.read_text().count("load_model: loading model") == 1


def test_a_recording_of_the_run_gives_the_same_rows(whole: Place) -> None:
    done = whole.run("replayed", "--prompt-form", "completion", llm=f"recorded:{whole.folder / 'completion'}")
    assert done.returncode in (0, 3), done.stderr
    assert whole.rows("replayed") == whole.rows("completion")


def test_the_same_server_asked_as_any_other_gives_the_same_rows(whole: Place) -> None:
    llm = make_llm(f"gguf:{whole.model}", prompt_form="completion")
    assert isinstance(llm, LocalServerLLM)
    server = llm.new_server(llm.settings())
    server.start()
    try:
        address = server.address
        options = ("--prompt-form", "completion", "--base-url", address.url, "--max-in-flight", 1)
        done = whole.run("asked", *options, llm="openai:SmolLM2", OPENAI_API_KEY=address.key)
    finally:
        server.stop()
    assert done.returncode in (0, 3), done.stderr
    assert whole.rows("asked") == whole.rows("completion")


def test_the_description_of_a_run_names_the_file_by_its_digest_and_no_address(whole: Place) -> None:
    digest = sha256(whole.model.read_bytes()).hexdigest()
    assert whole.description("chat")["models"] == {"gguf:SmolLM2.gguf": digest}
    for file in (whole.folder / "chat").rglob("*.*"):
        if file.is_file() and file.suffix in (".json", ".jsonl", ".yaml"):
            assert b"127.0.0.1" not in file.read_bytes(), file


def test_the_form_is_taken_from_the_file_and_kept(whole: Place) -> None:
    done = whole.run("form", "--max-requests", 1)
    assert "SmolLM2.gguf has a chat template: prompts take the chat form." in done.stdout
    assert whole.description("form")["config"]["prompt_form"] == "chat"


def test_a_run_is_resumed_with_the_same_file_in_another_folder_and_not_with_another_file(whole: Place) -> None:
    moved = whole.folder / "moved"
    moved.mkdir()
    (moved / "SmolLM2.gguf").symlink_to(whole.model)
    done = whole.run("completion", "--prompt-form", "completion", llm=f"gguf:{moved / 'SmolLM2.gguf'}")
    assert "is finished, so nothing was done" in done.stdout or done.returncode == 3, done.stderr
    (moved / "SmolLM2.gguf").unlink()
    (moved / "SmolLM2.gguf").write_bytes(whole.model.read_bytes() + b"\0")
    done = whole.run("completion", "--prompt-form", "completion", llm=f"gguf:{moved / 'SmolLM2.gguf'}")
    assert "the file of gguf:SmolLM2.gguf changed" in done.stderr


# --- The server


def test_a_killed_run_takes_its_server_along_and_is_resumed_at_another_address(place: Place) -> None:
    started = place.start("killed", "--prompt-form", "completion")
    wait_for(lambda: len(place.answers("killed")) >= 1 if (place.folder / "killed" / "state").exists() else False)
    (pid,) = [pid for pid, line in servers_of(place.model).items() if "watched.py" not in line]
    variables = dict(pair.split("=", 1) for pair in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in pair)
    key = variables["SELFINSTRUCT_SERVER_KEY"]
    started.kill()
    started.communicate()
    wait_for(lambda: not servers_of(place.model), 10)
    before = len(place.answers("killed"))
    done = place.run("killed", "--prompt-form", "completion")
    assert done.returncode in (0, 3), done.stderr
    answers = place.answers("killed")
    assert len(answers) > before
    assert len({row["key"] for row in answers}) == len(answers)
    assert not servers_of(place.model)
    kept = b"".join(file.read_bytes() for file in (place.folder / "killed").rglob("*") if file.is_file())
    assert key.encode() not in kept


def test_the_key_is_on_no_command_line_and_another_key_is_refused(place: Place) -> None:
    llm = make_llm(f"gguf:{place.model}", prompt_form="completion")
    assert isinstance(llm, LocalServerLLM)
    server = llm.new_server(llm.settings())
    server.start()
    try:
        lines = " ".join(servers_of(place.model).values())
        assert "llama_cpp.py" in lines
        assert server.address.key not in lines
        assert server.address.key not in repr(server.address)
    finally:
        server.stop()
    assert not servers_of(place.model)


def test_a_server_that_dies_is_started_again_once(place: Place) -> None:
    started = place.start("died", "--prompt-form", "completion")
    wait_for(lambda: len(place.answers("died")) >= 1 if (place.folder / "died" / "state").exists() else False)
    kill_servers_of(place.model)
    said = started.communicate(timeout=SECONDS)[0]
    assert (
        "The server of gguf:SmolLM2 was ended by SIGKILL, as when memory is short. It is started again, once." in said
    )
    assert started.returncode in (0, 3)
    assert not [row for row in place.answers("died") if row["text"] is None]


def test_a_server_that_dies_again_stops_the_run_in_a_sentence(place: Place) -> None:
    started = place.start("died-twice", "--prompt-form", "completion")
    folder = place.folder / "died-twice" / "state"
    wait_for(lambda: len(place.answers("died-twice")) >= 1 if folder.exists() else False)
    first = set(servers_of(place.model))
    kill_servers_of(place.model)
    again = wait_for(lambda: {pid for pid, line in servers_of(place.model).items() if "watched" not in line} - first)
    log = folder / "servers" / "SmolLM2.log"
    wait_for(lambda: log.read_text().count("listening at") == 2)
    for pid in again:
        os.kill(pid, signal.SIGKILL)
    said = started.communicate(timeout=SECONDS)[0]
    assert started.returncode == 3, said
    reason = place.description("died-twice")["stop_reason"]
    ended = "The server of gguf:SmolLM2 was ended by SIGKILL, as when memory is short"
    assert reason.startswith((f"{ended}, for the second time. Its log", f"{ended} and could not be started again."))
    assert re.search(r"Run the same command again to resume\.( Not asked yet: [^.]+\.)?$", reason), reason
