"""Tests share two cores with servers and a browser: a request may wait longer than the five seconds of httpx."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
METHODS = {"get", "post", "put", "patch", "delete", "request", "stream", "Client", "AsyncClient"}


def impatient(source: str) -> list[int]:
    """The lines with a call of httpx that leaves the time limit to httpx."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in METHODS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "httpx"
        and "timeout" not in {keyword.arg for keyword in node.keywords}
    ]


@pytest.mark.slow
def test_every_request_of_a_test_says_how_long_it_waits() -> None:
    sources = {str(path.relative_to(TESTS)): path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py")}
    assert {name: lines for name, source in sources.items() if (lines := impatient(source))} == {}


def test_a_request_without_a_time_limit_is_found() -> None:
    assert impatient("import httpx\nhttpx.get('http://127.0.0.1')\nhttpx.get('http://127.0.0.1', timeout=60)\n") == [2]
