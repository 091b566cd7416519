"""The two parts of the server never import each other, and the inner one accepts one version only."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from distilabel_selfinstruct.argilla_server import server
from tests.live_argilla import server_python

OUTER = Path(server.__file__).parent
INNER = OUTER / "embedded"
ORDER = {"home": "/nowhere", "listener": 0, "secret_key": "", "workspace": "", "accounts": []}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


@pytest.mark.parametrize("path", sorted(INNER.glob("*.py")), ids=lambda path: path.stem)
def test_the_inner_part_imports_nothing_of_this_package_but_its_own_folder(path):
    for level, name in imported(path):
        assert level <= 1
        assert not name.startswith(("distilabel", "unittest"))


@pytest.mark.parametrize("path", sorted(OUTER.glob("*.py")), ids=lambda path: path.stem)
def test_the_outer_part_does_not_import_the_inner_one(path):
    for _, name in imported(path):
        assert not name.startswith(("argilla", "sqlalchemy"))
        assert "embedded" not in name


def answer_of(python, *before):
    """What the inner part answers when `before` has run in the same process."""
    code = "\n".join([*before, server._START])
    done = subprocess.run(
        [str(python), "-I", "-B", "-c", code, str(OUTER)],
        input=json.dumps(ORDER), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    return json.loads(done.stdout)["error"]


def test_an_environment_without_the_server_is_refused():
    assert "runs argilla-server 2.8.0 and its environment holds none: delete" in answer_of(sys.executable)


def test_another_version_of_the_server_is_refused(tmp_path):
    described = tmp_path / "argilla_server-2.7.1.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: argilla-server\nVersion: 2.7.1\n")
    answer = answer_of(server_python(), f"import sys; sys.path.insert(0, {str(tmp_path)!r})")
    assert "runs argilla-server 2.8.0 and its environment holds 2.7.1: delete" in answer


def test_the_jobs_for_the_hub_are_imported_with_their_libraries_when_they_are_used(tmp_path):
    code = """
import gc, sys
sys.path.append(sys.argv[1])
from embedded import imports
with imports.fast():
    import argilla_server
    from argilla_server.jobs import hub_jobs
print("datasets" in sys.modules, gc.isenabled())
print(hub_jobs.export_dataset_to_hub_job.delay.__name__, "datasets" in sys.modules)
"""
    done = subprocess.run(
        [str(server_python()), "-I", "-B", "-W", "ignore", "-c", code, str(OUTER)],
        env={"ARGILLA_HOME_PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["False True", "export_dataset_to_hub_job True"], done.stderr
