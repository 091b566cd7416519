"""A test that starts a process without a mark fails, whatever it does to hide that: `make test-fast` starts none."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

UNMARKED = {
    "the command": "def test_it(): product.command()",
    "a browser": "def test_it(): product.browser()",
    "a fork, as of a worker of a pipeline": "def test_it(): product.fork()",
    "an error that is caught": """
def test_it():
    try: product.command()
    except Exception: pass
""",
    "a fixture": """
@pytest.fixture
def started(): product.command()
def test_it(started): pass
""",
    "a fixture that was started for a marked test": """
@pytest.fixture(scope="module")
def started(): product.command()
@pytest.mark.process
def test_marked(started): pass
def test_it(started): pass
""",
}

PRODUCT = """
import multiprocessing, subprocess, sys
def command(): subprocess.run([sys.executable, "-c", "open('started', 'w')"], check=True)
def browser(): subprocess.run(["chromium", "--version"])
def fork():
    process = multiprocessing.get_context("fork").Process(target=int)
    process.start()
    process.join()
"""


def outcome(folder: Path, code: str, *options: str) -> str:
    """The last line of pytest about a module in which `product` stands for code that is not in `tests`."""
    (folder / "product.py").write_text(PRODUCT)
    (folder / "test_it.py").write_text(f"import pytest, product\n{code}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.guard", *options]
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = process\n")
    done = subprocess.run(
        [*command, "test_it.py"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("code", UNMARKED.values(), ids=UNMARKED)
def test_a_test_without_a_mark_that_starts_a_process_fails(tmp_path: Path, code: str) -> None:
    said = outcome(tmp_path, code)
    assert "A test without a mark starts a process" in said
    assert "mark it with pytest.mark.process" in said
    assert "failed" in said or "error" in said
    assert ("1 passed" in said, (tmp_path / "started").exists()) == ("test_marked" in code,) * 2  # nothing else started


def test_a_marked_test_may_start_one_and_is_not_in_the_fast_selection(tmp_path: Path) -> None:
    code = "@pytest.mark.process\ndef test_it(): product.command()"
    assert "1 passed" in outcome(tmp_path, code)
    assert "1 deselected" in outcome(tmp_path, code, "-m", "not process")


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
    return outcome(folder, "")
