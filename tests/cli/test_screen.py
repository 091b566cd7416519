"""Texts of files, models and servers reach the terminal neither as markup nor as commands to it."""

import ast
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from distilabel_selfinstruct import cli
from distilabel_selfinstruct.cli.screen import line, show, working, wrap_at_words
from distilabel_selfinstruct.cli.tables import PlainTable
from tests import processes

ROOM = Path(cli.__file__).parent
DOORS = {"screen.py", "tables.py"}
"""The modules that may print. All other modules of the commands go through them."""

HOSTILE = "[/red][bold]:smile:\x1b[31m\x9b2J\u202e"
SHOWN = "[/red][bold]:smile:\\u001b[31m\\u009b2J\\u202e"


def ways_out(tree: ast.AST) -> list[str]:
    """What a module does that can print a text without the doors: calls by their names, and imports."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if re.search(r"^print$|\becho$|\bsecho$|\bstd(out|err)\.write|(onsole|onsole\(\))\.", called):
                found.append(f"{called}() in line {node.lineno}")
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            doors = {
                "rich.print",
                "rich.table.Table",
                "rich.text.Text",
                "rich.markup.escape",
                "click.echo",
                "typer.echo",
            }
            found += [f"{name} in line {node.lineno}" for name in sorted(names & doors)]
    return found


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOM)))
def test_no_module_of_the_commands_prints_but_through_the_doors(path):
    if path.name not in DOORS:
        assert ways_out(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "print(x)", "typer.echo(x)", "console.print(x)", "get_console().print(x)", "sys.stderr.write(x)",
        "self._console.print(x)", "console.status(x)", "from rich.table import Table", "from rich.text import Text",
        "console.log(x)",
    ],
)  # fmt: skip
def test_each_way_around_the_doors_is_found(code):
    assert ways_out(ast.parse(code))


def printed(view) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=200, color_system="truecolor")
    view(console)
    return console.file.getvalue()


def table_with(text) -> PlainTable:
    table = PlainTable()
    table.add_column(text)
    table.add_row(text)
    return table


@pytest.mark.parametrize(
    "view",
    [
        lambda console: line(console, HOSTILE),
        lambda console: show(console, HOSTILE),
        lambda console: show(console, table_with(HOSTILE)),
    ],
)
def test_hostile_texts_are_shown_letter_by_letter(view):
    assert SHOWN in printed(view)
    assert "\x9b" not in printed(view)


def test_what_is_being_done_is_shown_letter_by_letter():
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    with working(console, HOSTILE) as tell:
        tell(HOSTILE)
    assert SHOWN in console.file.getvalue()


@given(st.text(st.sampled_from("ab \n한😀")), st.integers(1, 30))
def test_a_sentence_is_wrapped_at_words_and_loses_none(text, width):
    shown = wrap_at_words(text, width)
    assert shown.split() == text.split()
    for shown_line in shown.split("\n"):
        assert cell_len(shown_line.strip()) <= width or len(shown_line.split()) == 1


def test_a_sentence_is_wrapped_on_a_terminal_only():
    sentence = "A run that stops can be resumed."
    for is_terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=is_terminal, width=20)
        line(console, sentence)
        expected = "A run that stops can\nbe resumed.\n" if is_terminal else f"{sentence}\n"
        assert console.file.getvalue() == expected


def selfinstruct(*arguments: object) -> subprocess.CompletedProcess[str]:
    return processes.run(
        [sys.executable, "-m", "distilabel_selfinstruct", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "COLUMNS": "300", "OPENAI_API_KEY": "sk-none"},
    )  # fmt: skip


def test_commands_on_a_run_full_of_hostile_texts_print_none_of_them_as_it_is(tmp_path):
    run = tmp_path / "run[/red]\x1b[31m"
    assert selfinstruct("run", "-o", run, "-n", 3).returncode == 0
    description = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**description, "stop_reason": HOSTILE, "problems": [HOSTILE]}))
    dropped = {"stage": HOSTILE, "reason": "near_duplicate", "detail": HOSTILE, "text": HOSTILE, "instruction": HOSTILE}
    (run / "rejections.jsonl").write_text(json.dumps({**dropped, "request": 1}) + "\n")
    for command in (
        ("status", run),
        ("rejections", run),
        ("run", "-o", run, "-n", 3),
        ("run", "-o", run, "-n", 4),
        ("run", "-o", tmp_path / "new", "--llm", f"openai:{HOSTILE}", "--dry-run"),
        ("run", "-o", tmp_path / "new", "--llm", HOSTILE),
        ("report", run, "-o", tmp_path / f"{HOSTILE}.html"),
        ("export", run, "-o", tmp_path / f"{HOSTILE}.jsonl"),
        ("publish", run, "--repo-id", HOSTILE, "--license", "mit"),
        ("filter", tmp_path / HOSTILE, "-o", tmp_path / "x"),
        ("seeds", "check", tmp_path / HOSTILE),
        ("review", "pull", run, "--api-url", f"http://127.0.0.1:1/{HOSTILE}", "--api-key", "k"),
    ):
        done = selfinstruct(*command)
        said = done.stdout + done.stderr
        assert "Traceback" not in said, command
        assert not {"\x1b", "\x9b", "\u202e"} & set(said), command
