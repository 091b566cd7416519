"""The pages of docs/ say what the code says: reasons, files, columns and messages; and the site builds strictly."""

import ast
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import distilabel_selfinstruct as si
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.parsing.filters.rule_names import rules
from distilabel_selfinstruct.ratings.decisions import DecisionReason
from distilabel_selfinstruct.records import Completion, GeneratedTask, Instance, Reason, RecordedRejection
from tests.docs.blocks import DOCS, PAGES, ROOT, name_of

PACKAGE = ROOT / "distilabel_selfinstruct"
PARTS_OF_A_MESSAGE = 12
"""A part of a message with fewer letters says nothing about which message it is."""


def rows_of(page: str, section: str = "") -> list[list[str]]:
    """The cells of the tables of a page, or of one section, without their heads."""
    text = (DOCS / page).read_text(encoding="utf-8")
    if section:
        text = text.split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def names_of(page: str, section: str = "") -> set[str]:
    """What stands in backticks in the first column."""
    return {name for row in rows_of(page, section) for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_reason_for_a_drop_is_explained_once() -> None:
    assert sorted(row[0].strip("`") for row in rows_of("reasons.md")) == sorted(reason.value for reason in Reason)


def test_the_page_says_which_rules_can_be_switched_off() -> None:
    said = {row[0].strip("`") for row in rows_of("reasons.md") if "switch it off" in row[2]}
    assert said <= {reason.value for reason in rules()}
    # `prompt_echo` has other causes, too, for which there is a better remedy.
    assert {reason.value for reason in rules()} - said == {"prompt_echo"}


def test_every_reason_for_a_decision_is_in_the_rule() -> None:
    text = (DOCS / "design" / "decisions.md").read_text(encoding="utf-8")
    assert [reason for reason in DecisionReason if f"`{reason.value}`" not in text] == []


def test_every_file_of_a_run_is_documented() -> None:
    text = (DOCS / "run_folder.md").read_text(encoding="utf-8")
    names = {pattern.rstrip("/").rsplit("/", 1)[-1] for pattern in run_layout.OF_A_RUN[:8]}
    names |= {run_layout.RATINGS, run_layout.DECISIONS, run_layout.PUSHED, run_layout.PULLED, run_layout.PREFERENCES}
    names |= {run_layout.COMPLETIONS, run_layout.END, run_layout.NOTES, run_layout.DAMAGED, run_layout.BATCHES}
    names |= {run_layout.REPLACED_ROWS, run_layout.REPLACED_RATINGS}
    assert [name for name in sorted(names) if f"`{name.removeprefix('review/')}`" not in text] == []


def test_the_columns_of_a_run_are_documented() -> None:
    task = GeneratedTask("i", "n", 0.5, 0, "m", False, (Instance("", "o"),))
    assert names_of("run_folder.md", "`instances.jsonl`") == {*task.facts, "input", "output"}
    assert names_of("run_folder.md", "`instructions.jsonl`") == {*task.facts, "num_instances"}
    assert names_of("run_folder.md", "`rejections.jsonl`") - {r.value for r in Reason} >= {
        *RecordedRejection.__dataclass_fields__
    }
    journal = (DOCS / "run_folder.md").read_text(encoding="utf-8").split("A record of `completions.jsonl`")[1]
    assert [name for name in Completion.__dataclass_fields__ if name != "status" and f"`{name}`" not in journal] == []


def test_every_message_of_the_troubleshooting_page_is_in_the_code() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    code = re.sub(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "…", re.sub(r'"\s*\n\s*f?"', "", code))
    unknown = []
    for message in (row[0] for row in rows_of("troubleshooting.md")):
        parts = [part.strip(" `.:") for part in message.strip("`").split("…")]
        unknown += [part for part in parts if len(part) >= PARTS_OF_A_MESSAGE and part not in code]
    assert unknown == []


def test_no_option_is_named_that_no_command_has() -> None:
    known = {f"--{name.replace('_', '-')}" for name in RunConfig.model_fields}
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "cli").rglob("*.py")))
    known |= {f"--{name.replace('_', '-')}" for name in re.findall(r"\b([a-z][a-z_0-9]+): ", code)}
    known |= set(re.findall(r"--[a-z][a-z-]+", code))
    for page in PAGES:
        if page.name == "comparison.md":  # other projects have options of their own
            continue
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        named = set(re.findall(r"`(?:[^`]* )?(--[a-z][a-z-]+)", prose))
        assert sorted(named - known) == [], name_of(page)


def test_the_readme_fits_on_three_screens() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", [*PAGES, DOCS / "llms.txt"], ids=name_of)
def test_links_and_pictures_are_there(page: Path) -> None:
    made = {"api.md", "changelog.md", "components.md", "first_dataset.md", "options.md"}
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        file = page.parent / (target.replace(".html", ".md") if page.suffix == ".txt" else target)
        assert file.name in made or file.is_file(), target


def test_pictures_are_small_and_load_nothing() -> None:
    for picture in (DOCS / "img").iterdir():
        assert picture.stat().st_size < 100_000, picture
        if picture.suffix == ".svg":
            addresses = re.findall(r"https?://[^\"' ]+", picture.read_text(encoding="utf-8"))
            assert set(addresses) <= {"http://www.w3.org/2000/svg"}, picture


def test_every_page_is_in_the_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("nav:")[1]
    missing = [page for page in DOCS.rglob("*.md") if f" {page.relative_to(DOCS).as_posix()}\n" not in menu]
    assert missing == []


def internal_members() -> dict[str, tuple[str, ...]]:
    """What `docs/_site/pages.py` leaves out, by class."""
    tree = ast.parse((DOCS / "_site" / "pages.py").read_text(encoding="utf-8"))
    found = next(
        node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "INTERNAL"
    )
    return dict(ast.literal_eval(found.value))


def test_what_the_page_on_the_api_leaves_out_is_there() -> None:
    for kind, names in internal_members().items():
        assert [name for name in names if not hasattr(getattr(si, kind), name)] == []


@pytest.mark.process
@pytest.mark.skipif(find_spec("mkdocs") is None and "CI" not in os.environ, reason="mkdocs is not installed")
def test_the_site_builds_strictly_and_asks_for_nothing_from_elsewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "https_proxy": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for page in tmp_path.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|img|iframe|link)[^>]*(?:src|href)="(https?:[^"]+)"', html)
        assert [address for address in fetched if "canonical" not in address] == [], page
    api = (tmp_path / "api.html").read_text(encoding="utf-8")
    assert "RunConfig" in api
    hidden = [f'.{kind}.{name}"' for kind, names in internal_members().items() for name in names]
    assert [name for name in hidden if name in api] == []
    index = json.loads((tmp_path / "search" / "search_index.json").read_text(encoding="utf-8"))
    titles = {entry["title"] for entry in index["docs"]}
    assert {"run", "InstructionGeneration", "SelfInstructError", "NoveltyIndex"} <= {
        title.strip().split(" ")[-1] for title in titles
    }
