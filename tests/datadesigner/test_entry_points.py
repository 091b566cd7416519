"""What can be said of the plugins for Data Designer without it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "distilabel_selfinstruct" / "datadesigner"


def declared() -> dict[str, str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.split('[project.entry-points."data_designer.plugins"]\n')[1].split("\n[")[0]
    return dict(re.findall(r'^([a-z-]+) = "[\w.]+\.datadesigner\.plugins:(\w+)"$', section, re.MULTILINE))


def test_every_plugin_has_an_entry_point() -> None:
    tree = ast.parse((ROOM / "plugins.py").read_text(encoding="utf-8"))
    made = {node.targets[0].id for node in tree.body if isinstance(node, ast.Assign)} - {"_ROOM"}
    assert set(declared().values()) == made


def test_entry_points_have_the_names_of_the_types() -> None:
    text = (ROOM / "configs.py").read_text(encoding="utf-8")
    assert set(declared()) == set(re.findall(r'_type: Literal\["([a-z-]+)"\]', text))


def test_the_page_names_every_type() -> None:
    text = (ROOT / "docs" / "datadesigner.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) == set(declared())
