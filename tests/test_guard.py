"""A test that starts a process without a mark fails, whatever it does to hide that: `make test-fast` starts none."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

UNMARKED = {
    "the_command": "def test_it(): product.command()",
    "a_browser": "def test_it(): product.browser()",
    "a_fork_as_of_a_worker_of_a_pipeline": "def test_it(): product.fork()",
    "an_error_that_is_caught": """
def test_it():
    try: product.command()
    except Exception: pass
""",
    "a_fixture": """
@pytest.fixture
def started(): product.command()
def test_it(started): pass
""",
    "a_fixture_that_was_started_for_a_marked_test": """
@pytest.fixture(scope="module")
def started(): product.command()
@pytest.mark.process
def test_marked(started): pass
def test_it(started): pass
""",
}

PRODUCT = """
import multiprocessing, subprocess, sys
from pathlib import Path
def command(): subprocess.run([sys.executable, "-c", "open('started', 'a').write('.')"], check=True)
def browser(): subprocess.run(["chromium", "--version"])
def fork():
    process = multiprocessing.get_context("fork").Process(target=Path("started").write_text, args=("forked",))
    process.start()
    process.join()
"""


def outcome(folder: Path, codes: dict[str, str], *options: str) -> str:
    """What pytest says of modules in which `product` stands for code that is not in `tests`."""
    (folder / "product.py").write_text(PRODUCT)
    for name, code in codes.items():
        (folder / f"test_{name}.py").write_text(f"import pytest, product\n{code}\n")
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-p", "tests.guard", *options]
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = process\n")
    done = subprocess.run(
        command,
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin", "COLUMNS": "400"},
    )  # fmt: skip
    return done.stdout


def test_a_test_without_a_mark_that_starts_a_process_fails_and_starts_none(tmp_path: Path) -> None:
    said = outcome(tmp_path, UNMARKED)
    for name in UNMARKED:
        (line,) = re.findall(rf"^(?:FAILED|ERROR) test_{name}\.py::test_it - .*$", said, re.MULTILINE)
        assert "A test without a mark starts a process" in line
        assert "mark it with pytest.mark.process" in said.split(f"test_{name}.py", 1)[1]
    assert re.findall(r"^PASSED (.*)$", said, re.MULTILINE) == [
        "test_a_fixture_that_was_started_for_a_marked_test.py::test_marked"
    ]
    assert (tmp_path / "started").read_text() == "."  # by the marked test, and by no other


def test_a_marked_test_may_start_one_and_is_not_in_the_fast_selection(tmp_path: Path) -> None:
    code = {"it": "@pytest.mark.process\ndef test_it(): product.command()\ndef test_no_process(): pass"}
    assert "1 passed, 1 deselected" in outcome(tmp_path, code, "-m", "not process")
    assert not (tmp_path / "started").exists()
    assert "2 passed" in outcome(tmp_path, code)
    assert (tmp_path / "started").read_text() == "."


@pytest.mark.parametrize("called", [outcome])  # not named in the test: only `run_it` leads to `subprocess`
def test_a_test_that_calls_what_starts_processes_is_marked_by_itself(request: pytest.FixtureRequest, called) -> None:
    assert request.node.get_closest_marker("process") is not None
    assert run_it is not called


def test_a_test_that_calls_what_starts_processes_by_default_is_marked_by_itself(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("process") is not None
    assert callable(start_it)


def start_it(start: Callable[..., object] = subprocess.run) -> object:
    return start([sys.executable, "-c", ""])


def run_it(folder: Path) -> str:
    return outcome(folder, {})
