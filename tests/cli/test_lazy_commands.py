"""What a command imports: no more than it needs, since whoever types it waits for that."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import COMMANDS, app
from distilabel_selfinstruct.cli.lazy_commands import LazyCommand, lazy_group
from distilabel_selfinstruct.cli.review import COMMANDS as REVIEW_COMMANDS

ROOT = Path(__file__).parents[2]
HOST = {"distilabel", "datasets", "pandas", "huggingface_hub", "argilla", "openai"}
CALLED = """
import json, sys
from distilabel_selfinstruct.cli.app import app
app(sys.argv[1:], standalone_mode=False)
print()
print(json.dumps(sorted(sys.modules)))
"""


def imported_by(*arguments: object) -> set[str]:
    """The modules that a new process has imported when a command is done."""
    command = [sys.executable, "-c", CALLED, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(done.stdout.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def rooms(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("distilabel_selfinstruct.")}


def test_the_list_of_commands_imports_no_command() -> None:
    imported = imported_by("--help")
    assert not packages(imported) & {*HOST, "numpy", "pydantic", "yaml", "jinja2"}
    assert rooms(imported) == {"cli", "words"}


def test_a_run_imports_no_client_that_it_does_not_ask_and_its_state_is_shown_without_the_host(tmp_path: Path) -> None:
    imported = imported_by("run", "--num-instructions", 2, "--output", tmp_path / "run")
    assert {"distilabel", "datasets"} <= packages(imported)
    assert not packages(imported) & {"openai", "matplotlib", "torch", "transformers", "numba", "scipy", "aiohttp"}
    assert not rooms(imported) & {"hub", "review", "argilla_server", "server_steps", "converting", "finetuning"}
    imported = imported_by("status", tmp_path / "run")
    assert not packages(imported) & {*HOST, "numpy", "rapidfuzz", "jinja2"}
    assert not rooms(imported) & {"similarity", "reporting", "host_fixes", "llms", "steps"}
    assert "distilabel_selfinstruct.parsing.instances" not in imported


@pytest.mark.parametrize("command", [*COMMANDS, *REVIEW_COMMANDS], ids=lambda command: command.place)
def test_every_command_in_the_list_can_be_imported(command: LazyCommand) -> None:
    loaded = command.load()
    assert (loaded.name, loaded.help) == (command.name, command.help)


def test_a_list_of_commands_shows_the_help_text_of_each() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "300"}).output.split())
    for command in COMMANDS:
        assert f"{command.name} {command.help}" in shown


def test_a_command_that_is_not_in_the_list_is_an_error_that_names_a_similar_one() -> None:
    done = CliRunner().invoke(app, ["stats"])
    assert done.exit_code == 2
    assert "status" in done.output


def test_a_group_is_imported_with_its_own_commands() -> None:
    group = typer.Typer(cls=lazy_group(COMMANDS))
    group.callback()(lambda: None)
    done = CliRunner().invoke(group, ["prompts", "--help"])
    assert done.exit_code == 0
    assert "copy" in done.output
