"""The output folder has any legal name, for all commands that read or write it."""

import sys
from pathlib import Path

import pytest

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.running.folder import RunFolder
from tests import processes

NAME = "[!x]a[b]c *? d набір 文書 עברית" + "y" * 157
"""As a pattern it does not match itself; it has blanks, letters of several scripts, and as many as a name may have."""


def selfinstruct(*arguments: object) -> str:
    command = [sys.executable, "-m", "distilabel_selfinstruct", *map(str, arguments)]
    done = processes.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_all_commands_work_in_a_folder_of_any_name(tmp_path: Path) -> None:
    run = tmp_path / NAME
    for _ in range(2):  # the second time there is nothing to do
        selfinstruct("run", "-n", 8, "--output", run)
    selfinstruct("run", "-n", 10, "--extend", "--output", run)
    selfinstruct("status", run)
    selfinstruct("report", run)
    selfinstruct("export", run, "--format", "alpaca")
    selfinstruct(
        "publish",
        run,
        "--repo-id",
        "acme/data",
        "--to",
        tmp_path / f"{NAME[:100]}.hub",
        "--license",
        "cc0-1.0",
        "--unreviewed",
    )
    selfinstruct("run", "-n", 8, "--fresh", "--output", run)
    assert len((run / "instructions.jsonl").read_text(encoding="utf-8").splitlines()) == 8


def test_a_folder_whose_dataset_could_not_be_read_is_refused_before_any_work(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "distilabel_selfinstruct", "run", "-n", "8", "--output", str(tmp_path / "a::b")]
    done = processes.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 1
    assert "has '::' in it" in done.stderr
    assert not (tmp_path / "a::b").exists()


def test_a_folder_that_the_system_does_not_look_into_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 300)  # the name is too long; it may as well be in a folder of somebody else
    with pytest.raises(RunFolderError, match=r"^Cannot read .*: File name too long\.$"):
        RunFolder(folder).is_finished(RunConfig())
    with pytest.raises(RunFolderError, match=r"^Cannot read .*run\.json: File name too long\.$"):
        described_run(folder)
