"""`selfinstruct status` on folders that are not as a run leaves them: a sentence each, never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.running.folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    with run.prepared(RunConfig()):
        pass
    return run


def describe(folder: RunFolder, **changes: Any) -> None:
    description = json.loads(folder.description.read_text())
    folder.description.write_text(json.dumps({**description, **changes}))


def shown(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> str:
    app(["status", str(folder.path)], standalone_mode=False)
    return " ".join(capsys.readouterr().out.split())


def test_without_its_journals_a_run_says_so_and_shows_no_counts(folder, capsys):
    folder.state.rmdir()
    assert shown(folder, capsys).endswith("Its journals (state/) are missing, so it is not known how far it came.")
    folder.state.write_text("a file")
    assert "admitted" not in shown(folder, capsys)


@pytest.mark.parametrize("status", ["paused", "", None, 7, ["finished"], {}])
def test_an_unknown_status_is_named(folder, capsys, status):
    describe(folder, status=status)
    said = f"its status is {status!r}, which this version does not know. Use the version that wrote it."
    assert said in shown(folder, capsys)


@pytest.mark.parametrize("problems", [None, 5, "one", ["one"], {}])
def test_a_failed_run_says_why_whatever_stands_there(folder, capsys, problems):
    describe(folder, status="failed", problems=problems)
    assert f"{folder.path}: failed" in shown(folder, capsys)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"config": {"spice": 1}, "versions": {"distilabel-selfinstruct": "9.9"}},
            r"run\.json was written by version 9\.9 \(this is .*\), or is damaged: There is no option 'spice'",
        ),
        (
            {"config": {"num_instructions": 0}},
            "or is damaged: `num_instructions` is 0: it should be",
        ),
        ({"config": {"disabled_rules": ["new_rule"]}}, "by another version, or is damaged: There is no filter rule"),
        ({"config": []}, "by another version, or is damaged: "),
        ({"config": None, "versions": 5}, "by another version, or is damaged: "),
    ],
)
def test_a_description_of_another_version_names_what_this_one_does_not_know(folder, changes, said):
    describe(folder, **changes)
    with pytest.raises(RunFolderError, match=said) as raised:
        app(["status", str(folder.path)], standalone_mode=False)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "7", "{}", "[" * 100_000, "\x00"])
def test_a_description_that_is_none_is_damaged(folder, content):
    folder.description.write_text(content)
    with pytest.raises(RunFolderError, match=r"run\.json is damaged: it describes no run\. Restore the file\."):
        app(["status", str(folder.path)], standalone_mode=False)
