"""`selfinstruct models`: engines, models, and what to type."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from rich import get_console
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.cli.models import ENGINES
from tests.gguf_files import LLAMA, gguf_file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    for name in ("XDG_CACHE_HOME", "LLAMA_CACHE", "OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    # Wide enough for a name on one line; an earlier test may have made the console that all commands share.
    monkeypatch.setattr(get_console(), "_width", 200)
    return tmp_path


def shown() -> str:
    done = CliRunner().invoke(app, ["models"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_engines_and_packaged_models_are_shown_where_nothing_is_found(home: Path) -> None:
    text = shown()
    assert "gguf:…" in text
    assert "SmolLM2 135M Instruct" in text
    assert "No GGUF file was found" in text


def test_what_installs_an_engine_is_one_line_on_a_narrow_screen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_console(), "_width", 60)
    lines = shown().splitlines()
    for engine in ENGINES:
        says = f"To install {engine.provider}: pip install 'distilabel-selfinstruct[{engine.extra}]'"
        assert (says in lines) == (find_spec(engine.package) is None)


def test_a_model_is_shown_with_its_form_and_what_to_type(home: Path) -> None:
    folder = home / ".lmstudio/models/org"
    folder.mkdir(parents=True)
    gguf_file(folder / "base model.gguf")
    gguf_file(folder / "chat.gguf", {**LLAMA, "tokenizer.chat_template": "{{ messages }}"})
    text = shown()
    assert "LM Studio: org/base model, 0.0 GB, completion prompts\n      --llm 'gguf:org/base model'" in text
    assert "LM Studio: org/chat, 0.0 GB, chat prompts\n      --llm gguf:org/chat" in text


def test_a_damaged_file_is_shown_with_what_is_wrong(home: Path) -> None:
    folder = home / ".lmstudio/models/org"
    folder.mkdir(parents=True)
    (folder / "m.gguf").write_bytes(b"nothing")
    assert "it does not begin with GGUF" in shown()


def test_what_is_typed_is_the_path_where_the_name_means_another_file(home: Path) -> None:
    folder = home / ".cache/llama.cpp"
    folder.mkdir(parents=True)
    path = gguf_file(folder / "gemma.gguf")
    assert f"--llm gguf:{path}" in shown()
