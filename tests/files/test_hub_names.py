"""A text that can be no name on the Hub is never asked about; one that can be is asked about once."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from huggingface_hub import constants
from hypothesis import given
from hypothesis import strategies as st

import distilabel_selfinstruct as si
from distilabel_selfinstruct.errors import ConfigError, InputFileError, SelfInstructError
from distilabel_selfinstruct.files.hub_names import looks_like_hub_id, require_hub_dataset, require_hub_model


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    """A Hub that knows no dataset, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ["org/name", "a/b", "HuggingFaceH4/ultra.chat_200k", "o-1/n_2"])
def test_owner_and_name_may_be_on_the_hub(name: str) -> None:
    assert looks_like_hub_id(name)


@pytest.mark.parametrize(
    "name",
    ["nope", "", ".", "..", "/", "/data/rows", "./rows", "../rows", "~/rows", "a/b/c", "a/", "/b", "a//b", "a b/c",
     "a/b.", "a/b--c", "ö/b", r"a\b", "a/b\n", "C:/rows"],
)  # fmt: skip
def test_a_path_or_a_word_is_not(name: str, hub: list[str]) -> None:
    assert not looks_like_hub_id(name)
    with pytest.raises(InputFileError, match="no dataset on the Hub has such a name: check the path, or "):
        require_hub_dataset(name)
    assert hub == []


@pytest.mark.parametrize("name", ["runs/nope", "owner/rows.jsonl", "owner/rows.CSV"])
def test_a_mistyped_path_is_not_asked_about(
    name: str, hub: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputFileError, match=f"^There is no file or folder '{name}': check the path.$"):
        require_hub_dataset(name)
    assert hub == []


@given(st.text())
def test_only_a_text_with_one_slash_between_two_words_may_be_on_the_hub(text: str) -> None:
    if looks_like_hub_id(text):
        owner, name = text.split("/")
        assert (owner + name).isascii()
        assert min(len(owner), len(name)) > 0


READERS: dict[str, Callable[[str, Path], object]] = {
    "report": lambda source, _: si.report(source),
    "evaluate": lambda source, _: si.evaluate(source, source),
    "export": lambda source, folder: si.export(source, "alpaca", folder / "out.jsonl"),
    "filter_dataset": lambda source, folder: si.filter_dataset(source, folder / "out"),
}


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_asks_the_hub_about_a_word(reader: str, hub: list[str], tmp_path: Path) -> None:
    with pytest.raises(SelfInstructError, match="nope"):
        READERS[reader]("nope", tmp_path)
    assert hub == []


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_asks_the_hub_once_about_a_name(reader: str, hub: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"There is no file or folder 'org/nope', and the Hub gives no dataset"):
        READERS[reader]("org/nope", tmp_path)
    assert [path for path in hub if "dataset" in path] == ["/api/datasets/org/nope"]  # the client asks about itself


def test_a_hub_that_does_not_answer_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # it accepts and never answers
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.server_port}")
    started = time.monotonic()
    with pytest.raises(InputFileError, match="the Hub gives no dataset of this name"):
        require_hub_dataset("org/name", seconds=0.2)
    assert time.monotonic() - started < 5
    silent.server_close()


@pytest.mark.parametrize("name", ["missing", "org/missing"])
def test_the_hub_is_asked_once_about_a_model(name: str, hub: list[str]) -> None:
    with pytest.raises(ConfigError, match=rf"^There is no folder '{name}', and the Hub gives no model of this name"):
        require_hub_model(name)
    assert [path for path in hub if "model" in path] == [f"/api/models/{name}"]


@pytest.mark.parametrize("name", ["", "a/b/c", "./model", "C:/model", "two words", "a--b"])
def test_what_cannot_be_the_name_of_a_model_is_not_asked_about(name: str, hub: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"no model on the Hub has such a name: check the path\.$"):
        require_hub_model(name)
    assert hub == []


def test_a_model_that_was_loaded_before_is_not_asked_about(
    hub: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    model = tmp_path / "models--org--name"
    (model / "snapshots" / "abc").mkdir(parents=True)
    (model / "snapshots" / "abc" / "config.json").write_text("{}")
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text("abc")
    require_hub_model("org/name")
    assert hub == []
