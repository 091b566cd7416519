"""A file that a command cannot use is refused in one sentence, whose options the command has."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import typer
from datasets import Dataset, DatasetDict
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.errors import SelfInstructError
from tests.live_argilla import skip_or_fail

GOOD = {"instruction": "Name a sea.", "input": "", "output": "North Sea", "references": ["North Sea"]}

COMMANDS: dict[str, Callable[[Path, Path, Path], list[object]]] = {
    "filter FILE": lambda bad, good, out: ["filter", bad, "--output", out],
    "filter --against": lambda bad, good, out: ["filter", good, "--against", bad, "--output", out],
    "export FILE": lambda bad, good, out: ["export", bad, "--format", "alpaca", "--output", out / "rows.jsonl"],
    "export --seed-tasks": lambda bad, good, out: [
        "export", good, "--seed-tasks", bad, "--format", "alpaca", "--output", out / "rows.jsonl",
    ],
    "report FILE": lambda bad, good, out: ["report", bad, "--output", out],
    "report --seed-tasks": lambda bad, good, out: ["report", good, "--seed-tasks", bad, "--output", out],
    "publish FILE": lambda bad, good, out: [
        "publish", bad, "--repo-id", "me/it", "--license", "mit", "--unreviewed", "--to", out,
    ],
    "finetune FILE": lambda bad, good, out: ["finetune", bad, "--model", good.parent / "model", "--output", out],
    "finetune --against": lambda bad, good, out: [
        "finetune", good, "--against", bad, "--model", good.parent / "model", "--output", out,
    ],
    "regenerate DIR": lambda bad, good, out: ["regenerate", bad, "--llm", "recorded:demo", "--output", out],
    "predict FILE": lambda bad, good, out: ["predict", bad, "--llm", "recorded:demo", "--output", out / "p.jsonl"],
    "predict --definitions": lambda bad, good, out: [
        "predict", good, "--definitions", bad, "--llm", "recorded:demo", "--output", out / "p.jsonl",
    ],
    "evaluate FILE": lambda bad, good, out: ["evaluate", bad, "--references", good],
    "evaluate --references": lambda bad, good, out: ["evaluate", good, "--references", bad],
    "evaluate --definitions": lambda bad, good, out: ["evaluate", good, "--references", good, "--definitions", bad],
    "evaluate --trained-on": lambda bad, good, out: ["evaluate", good, "--trained-on", bad],
    "convert promptsource": lambda bad, good, out: ["convert", "promptsource", bad, "--output", out / "rows.jsonl"],
    "seeds check FILE": lambda bad, good, out: ["seeds", "check", bad],
    "seeds check --against": lambda bad, good, out: ["seeds", "check", good, "--against", bad],
    "seeds convert": lambda bad, good, out: ["seeds", "convert", bad, "--output", out / "seeds.jsonl"],
    "run --seed-tasks": lambda bad, good, out: ["run", "--seed-tasks", bad, "--output", out, "--dry-run"],
    "run --against": lambda bad, good, out: ["run", "--against", bad, "--output", out, "--dry-run"],
    "run --human-feedback": lambda bad, good, out: ["run", "--human-feedback", bad, "--output", out, "--dry-run"],
    "parse instructions": lambda bad, good, out: ["parse", "instructions", bad],
    "review compare push": lambda bad, good, out: [
        "review", "compare", "push", "--answers", f"a={bad}", "--answers", f"b={good}", "--output", out,
    ],
    "review compare push --tasks": lambda bad, good, out: [
        "review", "compare", "push", "--answers", f"a={good}", "--answers", f"b={good}", "--tasks", bad,
        "--output", out,
    ],
    "show": lambda bad, good, out: ["show", bad],
    "status": lambda bad, good, out: ["status", bad],
    "rejections": lambda bad, good, out: ["rejections", bad],
}  # fmt: skip


def other_columns(folder: Path) -> Path:
    (folder / "rows.csv").write_text("Frage;Bild\nNenne ein Meer.;1\n")
    return folder / "rows.csv"


def empty(folder: Path) -> Path:
    (folder / "rows.jsonl").touch()
    return folder / "rows.jsonl"


def not_utf_8(folder: Path) -> Path:
    (folder / "rows.csv").write_bytes("Frage;Bild\nNenne ein schönes Meer.;1\n".encode("latin-1"))
    return folder / "rows.csv"


def bytes_that_are_no_text(folder: Path) -> Path:
    (folder / "rows.jsonl").write_bytes(bytes(range(256)) * 4)
    return folder / "rows.jsonl"


def without_usable_rows(folder: Path) -> Path:
    (folder / "rows.jsonl").write_text('{"instruction": [1, 2], "output": {"a": 1}}\n')
    return folder / "rows.jsonl"


def an_empty_folder(folder: Path) -> Path:
    (folder / "rows").mkdir()
    return folder / "rows"


def nothing(folder: Path) -> Path:
    return folder / "nowhere.jsonl"


def two_splits(folder: Path) -> Path:
    rows = Dataset.from_list([{"a": "x"}])
    DatasetDict({"dev": rows, "test": rows}).save_to_disk(str(folder / "saved"))
    return folder / "saved"


FAULTS = [
    other_columns, empty, not_utf_8, bytes_that_are_no_text, without_usable_rows, an_empty_folder, nothing, two_splits,
]  # fmt: skip


@pytest.fixture(scope="module")
def commands() -> click.Command:
    return typer.main.get_command(app)


def flags_of(command: click.Command, names: list[str]) -> set[str]:
    """The flags of the command that these arguments call, and of those above it."""
    flags = {flag for parameter in command.params for flag in parameter.opts}
    lazy = {one.name: one for one in getattr(command, "lazy", ())}
    below = lazy[names[0]].load() if names[0] in lazy else getattr(command, "commands", {}).get(names[0])
    return flags | flags_of(below, names[1:]) if below is not None else flags


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_cannot_be_used_is_refused_with_options_that_the_command_has(
    command: str, tmp_path: Path, commands: click.Command
) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text(json.dumps(GOOD) + "\n")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    for fault in FAULTS:
        folder = tmp_path / fault.__name__
        folder.mkdir()
        arguments = [str(argument) for argument in COMMANDS[command](fault(folder), good, folder / "out")]
        result = CliRunner().invoke(app, arguments)
        assert isinstance(result.exception, SelfInstructError | SystemExit | None), (fault, result.exception)
        if result.exception is None or not isinstance(result.exception, SelfInstructError):
            continue  # some commands only say that nothing was found
        message = with_flags(str(result.exception))
        if "needs an extra" in message:
            skip_or_fail(message)
        outside = re.sub(r"\b(selfinstruct|pip install) [^:]*", "", message)
        unknown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", outside)) - flags_of(commands, arguments)
        assert not unknown, (fault.__name__, message)
        assert "\n" not in message, (fault.__name__, message)
        assert len(message) < 700, (fault.__name__, message)
