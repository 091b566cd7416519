"""The floors of the house: a module imports only rooms of lower floors (see CONTRIBUTING.md)."""

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "distilabel_selfinstruct"
NAME = PACKAGE.name

FLOORS = {
    "addresses": 0,
    "errors": 0,
    "records": 0,
    "task_types": 0,
    "words": 0,
    "analysis": 1,
    "arguments": 1,
    "files": 1,
    "host_fixes": 1,
    "model_files": 1,
    "ray_cluster": 1,
    "argilla_server": 2,
    "languages": 2,
    "ratings": 2,
    "parsing": 3,
    "prompts": 3,
    "similarity": 3,
    "bootstrap": 4,
    "config": 4,
    "formatting": 4,
    "journal": 4,
    "reading": 4,
    "evaluation": 5,
    "llms": 5,
    "seeds": 5,
    "testing": 5,
    "bootstrap_factory": 6,
    "datadesigner": 6,
    "converting": 6,
    "exporting": 6,
    "reporting": 6,
    "review": 6,
    "finetuning": 7,
    "hub": 7,
    "language_checks": 7,
    "steps": 7,
    "running": 8,
    "server_steps": 8,
    "cli": 9,
}

SUB_ROOMS = {
    "analysis": {"verb_noun": 0},
    "argilla_server": {"embedded": 0},
    "cli": {"review": 1},
    "hub": {"rows": 0, "upload": 0, "card": 1},
    "llms": {"engines": 0, "transport": 0, "batch": 1, "local": 1},
    "parsing": {"filters": 0},
    "ratings": {"agreement": 1},
    "reporting": {"plots": 0},
    "review": {"argilla": 0, "folder": 1, "pulling": 2, "pushing": 2, "comparing": 3},
    "running": {"predicting": 1, "regenerating": 1},
    "similarity": {"compiled": 1, "joining": 2},
}
"""Floors of the folders inside a room. The modules beside them stand on top, except where a folder says otherwise."""

PLAIN = {room for room, floor in FLOORS.items() if floor < 6} - {
    "argilla_server",
    "config",
    "host_fixes",
    "llms",
    "ray_cluster",
    "testing",
}


HEAVY = {"distilabel", "argilla", "datasets", "huggingface_hub", "pydantic"}


def module_name(path: Path) -> str:
    return ".".join((NAME, *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def imports_of(path: Path, *, when_imported: bool = False) -> frozenset[str]:
    """The modules that a file imports; `when_imported`: only those at its top, not inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in tree.body if when_imported else ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= (inner & MODULES.keys()) or {node.module or ""}
    return frozenset(names)


def room_of(module: str) -> str:
    """The room of a module; `__main__`, which only calls the command, is a door of `cli`."""
    room = module.split(".")[1]
    return "cli" if room == "__main__" else room


def inside() -> list[tuple[str, Path]]:
    return [(name, path) for name, path in MODULES.items() if name != NAME]


def test_the_table_of_the_floors_in_contributing_is_true():
    text = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, re.MULTILINE)
    assert {room: int(floor) for floor, rooms in rows for room in re.findall(r"`(\w+)`", rooms)} == FLOORS


def test_every_room_and_every_folder_in_a_room_is_on_a_floor():
    assert {room_of(name) for name, _ in inside()} == FLOORS.keys()
    folders = {(room_of(name), path.parent.name) for name, path in inside() if path.parent.parent != PACKAGE}
    assert {(room, folder) for room, folder in folders if folder != NAME} == {
        (room, folder) for room, folders in SUB_ROOMS.items() for folder in folders
    }


def test_a_module_imports_only_lower_floors():
    for name, path in inside():
        room = room_of(name)
        for other in imports_of(path):
            if other.startswith(f"{NAME}.") and room_of(other) not in {room, "__version__"}:
                assert FLOORS[room_of(other)] < FLOORS[room], f"{name} imports {other}"


@pytest.mark.parametrize("room", SUB_ROOMS)
def test_a_folder_inside_a_room_imports_only_lower_folders(room):
    floors = SUB_ROOMS[room]
    for name, path in inside():
        parts = name.split(".")
        if parts[1] != room or len(parts) < 3 or parts[2] not in floors:
            continue
        for other in imports_of(path):
            inner = other.split(".")[2:3] if other.startswith(f"{NAME}.{room}.") else []
            if inner and inner[0] != parts[2]:
                lower = floors[inner[0]] < floors[parts[2]] if inner[0] in floors else floors[parts[2]] > 0
                assert lower, f"{name} imports {other}"


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: imports_of(path) & MODULES.keys() - {name} for name, path in MODULES.items()}
    # A package imports its modules to show their names; that they are inside it is no import of it.
    list(TopologicalSorter(graph).static_order())


def test_plain_rooms_import_no_host():
    for path in [path for name, path in inside() if room_of(name) in PLAIN]:
        assert not {name.split(".")[0] for name in imports_of(path, when_imported=True)} & HEAVY, path
        assert "os.environ" not in path.read_text(encoding="utf-8"), path


def test_plain_rooms_run_without_the_host_installed():
    rooms = [name for name, _ in inside() if room_of(name) in PLAIN and "compiled" not in name]
    blocked = f"import sys\nfor name in {sorted(HEAVY)}: sys.modules[name] = None\n"
    code = blocked + "\n".join(f"import {room}" for room in rooms)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)


def step_files() -> list[Path]:
    return [path for room in ("steps", "server_steps") for path in (PACKAGE / room).glob("*.py")]


def test_steps_do_not_import_each_other():
    bases = {"citation", "prompted_task", "row_task", "journaled_step"}
    for path in step_files():
        if path.stem != "__init__":
            others = {name.split(".")[2] for name in imports_of(path) if re.match(rf"{NAME}\.(server_)?steps\.", name)}
            assert others <= bases, path.name


def test_steps_hold_no_regular_expressions():
    for path in step_files():
        assert "re" not in imports_of(path), path.name


def test_no_file_has_more_than_300_lines():
    long = [path.name for path in PACKAGE.rglob("*.py") if len(path.read_text(encoding="utf-8").splitlines()) > 300]
    assert long == []


def test_a_module_that_defines_steps_does_not_postpone_annotations():
    # The host reads the annotations of `process` and takes postponed ones for no input.
    for path in step_files():
        assert "from __future__ import annotations" not in path.read_text(encoding="utf-8"), path.name


def test_a_name_of_a_class_has_one_meaning_in_the_whole_package():
    classes = Counter(
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in classes.items() if count > 1] == []


def test_the_alias_for_a_row_stands_once():
    pattern = re.compile(r"^Row(: TypeAlias)? = ", re.MULTILINE)
    files = [path.name for path in PACKAGE.rglob("*.py") if pattern.search(path.read_text(encoding="utf-8"))]
    assert files == ["records.py"]
