"""Whole runs with a real model on this machine: SmolLM2 by llama.cpp's server."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from distilabel_selfinstruct.llms import LocalServerLLM, make_llm
from distilabel_selfinstruct.llms.local.child import ChildServer
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

    def has_answers_in_every_stage(self, output: str) -> None:
        answers = self.answers(output)
        assert {row["stage"] for row in answers} == {"instruction_generation", "classification", "instance_generation"}
        assert all(row["text"] is not None and row["input_tokens"] and row["finish_reason"] for row in answers)
        assert {row["model"] for row in answers} == {"SmolLM2"}

    def moved(self, name: str) -> Path:
        """The model's file under another path."""
        path = self.folder / name / "SmolLM2.gguf"
        path.parent.mkdir()
        path.symlink_to(self.model)
        return path

    def key_of_the_server(self) -> str:
        """The key of the one server that runs, from its environment, which only this user may read."""
        (pid,) = [pid for pid, line in servers_of(self.model).items() if "watched.py" not in line]
        lines = Path(f"/proc/{pid}/environ").read_text().split("\0")
        return dict(pair.split("=", 1) for pair in lines if "=" in pair)["SELFINSTRUCT_SERVER_KEY"]

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
    """A run in completion form, called so."""
    done = place.run("completion", "--prompt-form", "completion")
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return place


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[ChildServer]:
    """The same model in a server of its own, under a path of its own: servers are told apart by that."""
    llm = make_llm(f"gguf:{place.moved('served')}", prompt_form="completion")
    assert isinstance(llm, LocalServerLLM)
    server = llm.new_server(llm.settings())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_run_in_completion_form_gets_answers_in_every_stage(whole: Place) -> None:
    whole.has_answers_in_every_stage("completion")


def test_the_model_is_loaded_once_for_all_stages(whole: Place) -> None:
    (log,) = (whole.folder / "completion" / "state" / "servers").iterdir()
    assert log.name == "SmolLM2.log"
    assert log.read_text().count("load_model: loading model") == 1


def test_a_recording_of_the_run_gives_the_same_rows(whole: Place) -> None:
    done = whole.run("replayed", "--prompt-form", "completion", llm=f"recorded:{whole.folder / 'completion'}")
    assert done.returncode in (0, 3), done.stderr
    assert whole.rows("replayed") == whole.rows("completion")


def test_the_same_server_asked_as_any_other_gives_the_same_rows(whole: Place, server: ChildServer) -> None:
    options = ("--prompt-form", "completion", "--base-url", server.address.url, "--max-in-flight", 1)
    done = whole.run("asked", *options, llm="openai:SmolLM2", OPENAI_API_KEY=server.address.key)
    assert done.returncode in (0, 3), done.stderr
    assert whole.rows("asked") == whole.rows("completion")


def test_the_key_is_on_no_command_line(place: Place, server: ChildServer) -> None:
    lines = " ".join(servers_of(place.folder / "served").values())
    assert "llama_cpp.py" in lines
    assert server.address.key not in lines
    assert server.address.key not in repr(server.address)


def test_another_key_is_refused(server: ChildServer) -> None:
    asked = Request(f"{server.address.url}/models", headers={"Authorization": "Bearer another"})
    with pytest.raises(HTTPError) as refused, build_opener(ProxyHandler({})).open(asked, timeout=60):
        pass
    refused.value.close()
    assert refused.value.code == 401


def test_a_run_is_not_resumed_with_another_file(whole: Place) -> None:
    other = whole.moved("other")
    content = whole.model.read_bytes() + b"\0"
    other.unlink()
    other.write_bytes(content)
    done = whole.run("completion", "--prompt-form", "completion", llm=f"gguf:{other}")
    assert "the file of gguf:SmolLM2.gguf changed" in done.stderr


# --- A run that is disturbed


@dataclass(frozen=True)
class Disturbed:
    """What was seen of a run in chat form: its server was killed twice; the resumed run was killed, and resumed again.

    Attributes:
        screen: what the first attempt said.
        status: how it ended.
        reason: why, by the description of the run.
        keys: the keys of the servers.
        answers: how many answers there were after each attempt.
        orphans: the servers that outlived the killed run.
        last: the screen of the last attempt, which had the file in another folder.
    """

    screen: str
    status: int
    reason: str
    keys: list[str]
    answers: list[int]
    orphans: dict[int, str]
    last: str


@pytest.fixture(scope="module")
def disturbed(place: Place) -> Disturbed:
    # In chat form the model repeats the instructions that it is shown; the file says that prompts take this form.
    options = ("--prompt-form", "instructions=completion")
    state = place.folder / "disturbed" / "state"
    log = state / "servers" / "SmolLM2.log"

    def answers() -> int:
        return len(place.answers("disturbed")) if state.exists() else 0

    first = place.start("disturbed", *options)
    wait_for(answers)
    keys = [place.key_of_the_server()]
    kill_servers_of(place.model)
    wait_for(lambda: log.read_text().count("listening at") == 2)
    before = answers()
    wait_for(lambda: answers() > before)
    kill_servers_of(place.model)
    screen = first.communicate(timeout=SECONDS)[0]
    reason = place.description("disturbed")["stop_reason"]
    counted = [answers()]

    second = place.start("disturbed", *options)
    wait_for(lambda: answers() > counted[0])
    keys.append(place.key_of_the_server())
    second.kill()
    second.communicate()
    with suppress(AssertionError):
        wait_for(lambda: not servers_of(place.model), 10)
    orphans = servers_of(place.model)
    counted.append(answers())

    last = place.run("disturbed", *options, llm=f"gguf:{place.moved('moved')}")
    assert last.returncode in (0, 3), last.stderr
    counted.append(answers())
    return Disturbed(screen, first.returncode, reason, keys, counted, orphans, last.stdout)


def test_a_server_that_dies_is_started_again_once(disturbed: Disturbed) -> None:
    ended = "The server of gguf:SmolLM2 was ended by SIGKILL, as when memory is short"
    assert f"{ended}. It is started again, once." in disturbed.screen


def test_a_server_that_dies_again_stops_the_run_in_a_sentence(disturbed: Disturbed) -> None:
    ended = "The server of gguf:SmolLM2 was ended by SIGKILL, as when memory is short"
    assert disturbed.status == 3
    assert disturbed.reason.startswith(f"{ended}, for the second time. Its log ends with: ")
    assert re.search(r"Run the same command again to resume\.( Not asked yet: [^.]+\.)?$", disturbed.reason)


def test_a_killed_run_takes_its_server_along(disturbed: Disturbed) -> None:
    assert not disturbed.orphans


def test_a_run_is_resumed_with_the_same_file_in_another_folder(place: Place, disturbed: Disturbed) -> None:
    first, second, last = disturbed.answers
    assert 0 < first < second < last
    answers = place.answers("disturbed")
    assert len({row["key"] for row in answers}) == len(answers)


def test_no_answer_is_lost_where_a_server_or_a_run_dies(place: Place, disturbed: Disturbed) -> None:
    assert not [row for row in place.answers("disturbed") if row["text"] is None]


def test_a_run_in_chat_form_gets_answers_in_every_stage(place: Place, disturbed: Disturbed) -> None:
    place.has_answers_in_every_stage("disturbed")


def test_the_form_is_taken_from_the_file_and_kept(place: Place, disturbed: Disturbed) -> None:
    assert "SmolLM2.gguf has a chat template: prompts take the chat form." in disturbed.screen
    stages = place.description("disturbed")["config"]["stages"]
    assert {name: options["prompt_form"] for name, options in stages.items()} == {
        "instruction_generation": "completion",
        "classification": "chat",
        "instance_generation": "chat",
    }


def test_the_description_of_a_run_names_the_file_by_its_digest_and_no_address(
    place: Place, disturbed: Disturbed
) -> None:
    digest = sha256(place.model.read_bytes()).hexdigest()
    assert place.description("disturbed")["models"] == {"gguf:SmolLM2.gguf": digest}
    for file in (place.folder / "disturbed").rglob("*.*"):
        if file.is_file() and file.suffix in (".json", ".jsonl", ".yaml"):
            assert b"127.0.0.1" not in file.read_bytes(), file


def test_the_keys_of_servers_are_kept_nowhere(place: Place, disturbed: Disturbed) -> None:
    kept = b"".join(file.read_bytes() for file in (place.folder / "disturbed").rglob("*") if file.is_file())
    assert len(set(disturbed.keys)) == 2
    assert not [key for key in disturbed.keys if key.encode() in kept or key in disturbed.screen + disturbed.last]
