"""The floors of the house: a module imports only modules of lower floors (see CONTRIBUTING.md)."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "distilabel_selfinstruct"

FLOORS = {
    "errors": 0,
    "records": 0,
    "jsonl": 0,
    "orphans": 0,
    "run_files": 0,
    "whole_files": 0,
    "words": 0,
    "seeds": 1,
    "similarity": 1,
    "pool": 1,
    "prompts": 1,
    "parsing": 1,
    "filters": 1,
    "analysis": 1,
    "formatting": 1,
    "ratings": 1,
    "agreement": 1,
    "decisions": 1,
    "rulings": 1,
    "evaluation": 1,
    "feedback": 1,
    "quality": 1,
    "reading": 2,
    "bootstrap": 2,
    "journal": 2,
    "seed_lint": 2,
    "config": 2,
    "tables": 2,
    "argilla_server": 3,
    "host_fixes": 3,
    "llms": 3,
    "testing": 3,
    "steps": 3,
    "review": 3,
    "plots": 3,
    "report": 3,
    "hub": 3,
    "pipeline": 3,
    "running": 4,
    "cli": 4,
    "__main__": 4,
}

# On one floor, left may import right.
SAME_FLOOR = {
    ("pool", "similarity"),
    ("agreement", "ratings"),
    ("decisions", "ratings"),
    ("rulings", "decisions"),
    ("rulings", "ratings"),
    ("formatting", "rulings"),
    ("evaluation", "ratings"),
    ("pool", "feedback"),
    ("feedback", "ratings"),
    ("bootstrap", "reading"),
    ("steps", "host_fixes"),
    ("steps", "llms"),
    ("report", "plots"),
    ("steps", "review"),
    ("steps", "hub"),
    ("hub", "review"),
    ("hub", "report"),
    ("review", "argilla_server"),
    ("pipeline", "steps"),
    ("pipeline", "llms"),
    ("cli", "running"),
    ("cli", "host_fixes"),
    ("__main__", "cli"),
    ("jsonl", "errors"),
    ("quality", "ratings"),
}

HEAVY = {"distilabel", "argilla", "datasets", "huggingface_hub", "pydantic"}


def room_of(module: str) -> str:
    return module.split(".")[1]


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "distilabel_selfinstruct":
            names |= {f"distilabel_selfinstruct.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room != "__init__":
            found.append((room, path))
    return found


def test_the_table_of_the_floors_in_contributing_is_true():
    text = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", text, re.MULTILINE)
    assert {room: int(floor) for floor, rooms in rows for room in re.findall(r"`(\w+)`", rooms)} == FLOORS


def test_every_room_is_on_a_floor():
    assert {room for room, _ in modules()} == FLOORS.keys()


@pytest.mark.parametrize(("room", "path"), modules(), ids=lambda value: str(value).rpartition("selfinstruct/")[2])
def test_a_module_imports_only_lower_floors(room, path):
    for name in imports_of(path):
        if not name.startswith("distilabel_selfinstruct.") or room_of(name) in {room, "__version__"}:
            continue
        other = room_of(name)
        assert FLOORS[other] < FLOORS[room] or (room, other) in SAME_FLOOR, f"{path.name} imports {name}"


@pytest.mark.parametrize(("room", "path"), [(room, path) for room, path in modules() if FLOORS[room] < 2], ids=str)
def test_floors_0_and_1_are_plain_python(room, path):
    assert not {name.split(".")[0] for name in imports_of(path)} & HEAVY
    assert "os.environ" not in path.read_text(encoding="utf-8")


def test_floors_0_and_1_run_without_the_host_installed():
    rooms = [room for room, floor in FLOORS.items() if floor < 2]
    blocked = f"import sys\nfor name in {sorted(HEAVY)}: sys.modules[name] = None\n"
    code = blocked + "\n".join(f"import distilabel_selfinstruct.{room}" for room in rooms)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)


def test_steps_do_not_import_each_other():
    bases = {"prompted_task", "row_task", "journaled_step", "runtime_parameter"}
    for path in (PACKAGE / "steps").glob("*.py"):
        if path.stem != "__init__":
            others = {
                name.split(".")[2] for name in imports_of(path) if name.startswith("distilabel_selfinstruct.steps.")
            }
            assert others <= bases, path.name


def test_steps_hold_no_regular_expressions():
    for path in (PACKAGE / "steps").glob("*.py"):
        assert "re" not in imports_of(path), path.name


def test_no_file_has_more_than_400_lines():
    long = [path.name for path in PACKAGE.rglob("*.py") if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


def test_a_module_that_defines_steps_does_not_postpone_annotations():
    # The host reads the annotations of `process` and takes postponed ones for no input.
    for path in (PACKAGE / "steps").glob("*.py"):
        assert "from __future__ import annotations" not in path.read_text(encoding="utf-8"), path.name
