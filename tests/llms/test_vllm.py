"""`vllm:` starts `vllm serve`: a program in its place writes down how it was called, and answers as vLLM does."""

import json
import os
import sys
from pathlib import Path

import pytest
from huggingface_hub import constants

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms import LocalServerLLM, make_llm
from distilabel_selfinstruct.llms.context import context_of
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.running.runner import run
from tests.llms.builders import asked, requests_for

pytestmark = pytest.mark.process

IN_PLACE_OF_VLLM = """
import json, os, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

words = sys.argv[1:]
option = dict(zip(words[2::2], words[3::2]))
with open(os.environ["CALLED"], "w") as stream:
    json.dump(words, stream)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send({"data": [{"id": option["--served-model-name"], "max_model_len": int(option["--max-model-len"])}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
        choice = {"index": 0, "text": f" {body['model']} {body['stop']}", "finish_reason": "stop"}
        self.send({"id": "1", "created": 1, "object": "text_completion", "choices": [choice], "usage": usage})

    def send(self, content):
        data = json.dumps(content).encode()
        has_key = self.headers["Authorization"] == f"Bearer {os.environ['VLLM_API_KEY']}"
        self.send_response(200 if has_key else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(HTTPServer):
    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as vLLM does
        super().server_bind()


Server((option["--host"], int(option["--port"])), Handler).serve_forever()
"""

LIKE_A_VLLM_WITHOUT_MEMORY = """
import sys

print("INFO 01-01 12:00:00 [api_server.py:1] vLLM API server", file=sys.stderr)
print("(EngineCore pid=7) ERROR 01-01 12:00:01 [core.py:9] Traceback (most recent call last):", file=sys.stderr)
print("(EngineCore pid=7) ERROR 01-01 12:00:01 [core.py:9] ValueError: No memory for the KV cache.", file=sys.stderr)
raise RuntimeError("Engine core initialization failed. See root cause above. Failed core proc(s): {}")
"""


def put_in_place_of_vllm(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package `vllm` that is found by this process and by those that it starts."""
    package = folder / "packages" / "vllm" / "entrypoints" / "cli"
    package.mkdir(parents=True)
    for inner in (package, package.parent, package.parents[1]):
        (inner / "__init__.py").touch()
    (package / "main.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder / "packages"), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.syspath_prepend(str(folder / "packages"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)  # the model is on no Hub


def test_the_cause_that_a_server_does_not_start_is_the_last_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place_of_vllm(LIKE_A_VLLM_WITHOUT_MEMORY, tmp_path, monkeypatch)
    with pytest.raises(ModelError) as raised:
        run(RunConfig(llm="vllm:org/model", prompt_form="completion", num_instructions=1), tmp_path / "run")
    assert str(raised.value) == (
        "vllm:org/model cannot be served: the server ended with status 1 before it answered. Its log says: "
        "ValueError: No memory for the KV cache."
    )
    assert not (tmp_path / "run").exists()


def test_vllm_serves_the_model_with_nothing_added_to_the_sampling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place_of_vllm(IN_PLACE_OF_VLLM, tmp_path, monkeypatch)
    monkeypatch.setenv("CALLED", str(tmp_path / "called.json"))
    llm = make_llm("vllm:org/model", prompt_form="completion")
    assert isinstance(llm, LocalServerLLM)
    llm.load()
    assert context_of(llm) == 4096
    (answer,) = asked(llm, requests_for("1. Name"), decoding=Decoding(0.7, 0.5, 2.0, 0.0, 8, ("\n\n",)))
    assert answer.text == " org/model ['\\n\\n']"
    llm.event_loop.run_until_complete(llm.aclose())
    llm.event_loop.close()
    llm.unload()
    called = json.loads((tmp_path / "called.json").read_text())
    assert called[:2] == ["serve", "org/model"]
    assert called[2:-2] == [
        *("--served-model-name", "org/model", "--max-model-len", "4096", "--host", "127.0.0.1"),
        *("--generation-config", "vllm"),
    ]
    assert llm.requests_at_a_time == "auto"
    assert sys.executable not in called
