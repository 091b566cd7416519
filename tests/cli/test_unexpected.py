"""No command ever shows local variables: not of its own, and not of the libraries, whatever goes wrong."""

import shutil
import sys
from pathlib import Path

import distilabel  # noqa: F401 - it sets a hook that shows local variables
import pytest

from distilabel_selfinstruct.cli import main
from distilabel_selfinstruct.languages import english
from tests.gguf_files import gguf_file

KEY = "sk-a-key-that-nobody-may-see"
SECRET = "value-of-a-local-variable"


class _Fault:
    """An exception that nobody expects, at the opening of a file whose path holds a word. Hooks cannot be removed."""

    word = ""

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.word and event == "open" and self.word in str(arguments[0]):
            raise RuntimeError(f"something broke with {KEY}")


_fault = _Fault()
sys.addaudithook(_fault)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of all kinds whose names hold `SECRET`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "300")
    for name in ("rows.jsonl", "run.yaml", "run/run.json", "run/instances.jsonl", "run/rejections.jsonl"):
        path = tmp_path / SECRET / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"instruction": "Sort.", "input": "", "output": "Done."}\n')
    shutil.copytree(english().folder, tmp_path / SECRET / "pack")
    (tmp_path / ".cache" / "llama.cpp").mkdir(parents=True)
    gguf_file(tmp_path / ".cache" / "llama.cpp" / f"{SECRET}.gguf")
    return tmp_path / SECRET


COMMANDS = [
    "run -o {0}/new --config {0}/run.yaml",
    "run -o {0}/new --seed-tasks {0}/rows.jsonl",
    "run -o {0}/new --language {0}/pack",
    "status {0}/run",
    "rejections {0}/run",
    "filter {0}/rows.jsonl -o {0}/out",
    "export {0}/rows.jsonl -o {0}/out.jsonl -f alpaca",
    "publish {0}/run --repo-id a/b --license mit --to {0}/out",
    "report {0}/rows.jsonl -o {0}/out.html",
    "models",
    "evaluate {0}/rows.jsonl --references {0}/rows.jsonl",
    "parse instructions {0}/rows.jsonl",
    "language show {0}/pack",
    "language check {0}/pack",
    "seeds check {0}/rows.jsonl",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unexpected_exception_shows_no_local_variables_and_no_key(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["selfinstruct", *(part.format(folder) for part in command.split())])
    monkeypatch.setattr(_fault, "word", SECRET)
    with pytest.raises(SystemExit) as ended:
        main(is_process=False)
    monkeypatch.setattr(_fault, "word", "")
    printed = "".join(capfd.readouterr())
    assert ended.value.code == 1
    # A path that holds the word is in many local variables.
    assert SECRET not in printed
    assert "RuntimeError: something broke with ***" in printed
    assert printed.endswith("Please report it with the lines above.\n")
