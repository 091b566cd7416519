"""A step on another machine finds out whether it sees the folder of the run."""

import threading
from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import FolderInUseError, RunFolderError
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.files.run_layout import LOCK, SHARED
from distilabel_selfinstruct.journal.shared_folder import SharedFolder, share, wait_until_free


def test_the_folder_of_the_run_is_known_by_its_word(tmp_path: Path) -> None:
    share(tmp_path).check(patience=0)


@pytest.mark.parametrize("there", ["nothing", "another run"])
def test_another_folder_under_the_same_path_is_refused(tmp_path: Path, there: str) -> None:
    folder = share(tmp_path)
    if there == "nothing":
        (tmp_path / SHARED).unlink()
    else:
        share(tmp_path)
    with pytest.raises(RunFolderError, match=r"is not the folder of this run: give an output folder that all machines"):
        folder.check(patience=0)


def test_a_mark_that_a_network_file_system_shows_late_is_waited_for(tmp_path: Path) -> None:
    folder = SharedFolder(str(tmp_path), "word")
    later = threading.Timer(0.2, lambda: (tmp_path / SHARED).write_text("word"))
    later.start()
    folder.check(patience=30)
    later.join()


def test_journals_of_an_attempt_that_is_ending_are_waited_for_and_no_longer_than_that(tmp_path: Path) -> None:
    (tmp_path / "classification.1").mkdir()
    wait_until_free(tmp_path, patience=0)
    held = lock(tmp_path / "classification.1" / LOCK)
    with pytest.raises(FolderInUseError, match=r"classification\.1 is in use by a process of an earlier attempt"):
        wait_until_free(tmp_path, patience=0)
    ending = threading.Timer(0.2, held.close)
    ending.start()
    wait_until_free(tmp_path, patience=30)
    ending.join()


def test_a_machine_on_which_the_lock_of_the_run_does_not_hold_says_so_and_what_helps(tmp_path: Path) -> None:
    with lock(tmp_path / LOCK):
        share(tmp_path, tmp_path / LOCK).check(patience=0)
    with pytest.raises(RunFolderError, match=r"The lock .* does not hold on the machine .*: give `locks=lease`\."):
        share(tmp_path, tmp_path / LOCK).check(patience=0)
