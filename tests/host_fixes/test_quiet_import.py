"""Importing our modules shows no warning of the host, and importing the package changes no warning filter."""

import ast
import json
import sys
from collections.abc import Sequence

import pytest

from tests import processes
from tests.test_floors import MODULES, NAME, PLAIN, room_of

# Argilla, which the host imports where it is installed, has warnings of its own; see pyproject.toml.
STRICT = ("-W", "error", "-W", "ignore:Support for class-based `config`", "-W", "ignore:datetime.datetime.utcnow")

# Imports each module anew, up to where it imports the host for the first time, or to its end. Prints for each whether
# it gets to the host, and whether the host's warnings are silenced then.
IMPORT_UP_TO_THE_HOST = """
import importlib, json, sys, warnings

class Host(BaseException):
    pass

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "distilabel":
            raise Host

sys.meta_path.insert(0, Finder)
outcomes = {}
for name in sys.argv[1:]:
    for loaded in [loaded for loaded in sys.modules if loaded.startswith("distilabel_selfinstruct")]:
        del sys.modules[loaded]
    warnings.resetwarnings()
    reaches_host = False
    try:
        importlib.import_module(name)
    except Host:
        reaches_host = True
    except ImportError as error:
        if (error.name or "").split(".")[0] == "distilabel_selfinstruct":
            raise
    silent = any("'default' attribute" in message.pattern for _, message, *_ in warnings.filters if message)
    outcomes[name] = [reaches_host, silent]
print(json.dumps(outcomes))
"""


def python(code: str, *options: str, arguments: Sequence[str] = ()) -> str:
    command = [sys.executable, *options, "-c", code, *arguments]
    done = processes.run(command, capture_output=True, text=True, timeout=120, check=False, imported="libraries")
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


class WithoutTypeChecking(ast.NodeTransformer):
    """Takes out what is imported for type checkers only."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def imports_host(name: str) -> bool:
    tree = WithoutTypeChecking().visit(ast.parse(MODULES[name].read_text(encoding="utf-8")))
    return any(
        imported.split(".")[0] == "distilabel"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for imported in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    )


def test_every_module_that_imports_the_host_silences_it_first():
    names = [name for name in MODULES if name != NAME and room_of(name) not in PLAIN]
    names = [name for name in names if not name.endswith(".__main__")]  # which would run the program
    # The others get to the host by one of these only.
    users = [name for name in names if imports_host(name)]
    outcomes = json.loads(python(IMPORT_UP_TO_THE_HOST, arguments=users))
    assert any(reaches_host for reaches_host, _ in outcomes.values())
    assert [name for name, (reaches_host, silent) in outcomes.items() if reaches_host and not silent] == []
    # Some import it in a function only. Those in `host_fixes` are called by `apply`, or after it.
    users = [name for name in users if room_of(name) != "host_fixes"]
    assert users
    assert [name for name in users if not outcomes[name][1]] == []


def test_importing_a_room_shows_no_warning_of_the_host():
    # In one process, since whichever comes first silences the host before it: that is the test above.
    rooms = ("llms", "running.pipeline", "steps", "server_steps", "testing", "host_fixes.step_worker")
    python(f"import sys, {', '.join(f'{NAME}.{room}' for room in rooms)}; assert 'distilabel' in sys.modules", *STRICT)


@pytest.mark.parametrize("module", [NAME, f"{NAME}.host_fixes"])
def test_a_bare_import_changes_no_warning_filter(module):
    # pyarrow, which is not the host, imports numpy, which has filters of its own.
    code = (
        f"import pyarrow, warnings; before = list(warnings.filters); import {module}; assert warnings.filters == before"
    )
    python(code)
