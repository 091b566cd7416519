"""The README's code runs and its examples are true."""

import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from tests import processes

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(
    ("number", "last_line"), [(0, "'instruction':"), (1, "Instance(input=")], ids=["steps", "the Python API"]
)
def test_a_python_example_runs_without_a_key(number, last_line, tmp_path):
    script = tmp_path / "example.py"
    script.write_text(blocks("python")[number])
    done = processes.run(
        [sys.executable, script], capture_output=True, text=True, check=True, timeout=120, cwd=tmp_path
    )
    assert last_line in done.stdout.splitlines()[-1]


def test_a_python_example_has_about_fifteen_lines():
    for example in blocks("python"):
        assert len([line for line in example.splitlines() if line]) <= 15


def test_the_parse_example_prints_what_it_says(tmp_path):
    block = next(block for block in blocks("console") if "parse instructions" in block)
    shown = json.loads(block.splitlines()[1])
    row = {"id": "r1", "text": " Name five rivers in Europe.\n10. Draw a map of Europe.", "finish_reason": "stop"}
    (tmp_path / "responses.jsonl").write_text(json.dumps(row))
    result = CliRunner().invoke(app, ["parse", "instructions", str(tmp_path / "responses.jsonl")])
    assert json.loads(result.stdout) == shown


def test_every_command_named_exists_with_its_options():
    for line in re.sub(r"\\\n\s*", "", "\n".join(blocks("console"))).splitlines():
        command = re.match(r"\$ selfinstruct ([a-z ]+)", line)
        if command:
            words = [word for word in command[1].split() if word.isalpha()][:2]
            words = words[:1] if words[0] == "run" else words
            result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "300"})
            assert result.exit_code == 0, line
            for option in re.findall(r" (--[a-z-]+)", line):
                assert option in result.stdout, line


def test_make_targets_named_exist():
    makefile = (Path(__file__).parent.parent / "Makefile").read_text()
    for target in re.findall(r"\$ make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
