"""A file is replaced whole, or stays as it was."""

import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from distilabel_selfinstruct.files import atomic


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("old")
    atomic.write(path, "neu: ü\n\ud83d")
    assert path.read_bytes() == "neu: ü\n?".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("old")
    (tmp_path / "run.json.partial").mkdir()  # in the way
    with pytest.raises(OSError, match="directory"):
        atomic.write(path, "new")
    assert path.read_text() == "old"


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
@example("x" * 255)
@example("文" * 85)
@example("a[b]c *? d")
def test_a_file_of_any_name_is_written_and_nothing_is_left_beside_it(name):
    assume(name not in {".", ".."} and len(name.encode()) <= 255)
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        atomic.write(path, "text")
        assert path.read_text() == "text"
        assert list(Path(folder).iterdir()) == [path]


@pytest.mark.parametrize("name", ["x" * 255, "文" * 85, "a[b]c *? d"])
def test_a_folder_of_any_name_is_written(tmp_path, name):
    with atomic.new_folder(tmp_path / name) as scratch:
        (scratch / "file").touch()
    assert list(tmp_path.rglob("*")) == [tmp_path / name, tmp_path / name / "file"]


KILLED = """
import os, signal, sys
from pathlib import Path
from distilabel_selfinstruct.files import atomic

moved = 0

def kill(event, arguments):
    global moved
    if event == "os.rename" and str(arguments[0]).endswith(("a", "b", "c")):
        moved += 1
        if moved > int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

with atomic.new_folder(Path(sys.argv[1])) as scratch:
    (scratch / "a").write_text("half")
    (scratch / "b").mkdir()
    (scratch / "b" / "inner").write_text("half")
    (scratch / "c").write_text("half")
    sys.addaudithook(kill)
"""


@pytest.mark.process
@pytest.mark.parametrize("moved", [0, 1, 2])
def test_what_a_process_had_moved_that_was_killed_is_replaced_by_the_next(tmp_path, moved):
    folder = tmp_path / "empty"
    folder.mkdir()
    # Not from the fork server: an audit hook cannot be removed.
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(moved)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert len([name for name in "abc" if (folder / name).exists()]) == moved
    assert atomic.is_free(folder)
    with atomic.new_folder(folder) as scratch:
        (scratch / "c").write_text("whole")
    assert [(path.name, path.read_text()) for path in folder.rglob("*")] == [("c", "whole")]


def test_a_list_of_a_stranger_removes_nothing_outside_and_frees_no_folder(tmp_path):
    (tmp_path / "thesis").write_text("years of work")
    folder = tmp_path / "folder"
    (folder / ".partial-x").mkdir(parents=True)
    (folder / ".partial-x" / ".moved.json").write_text('["../thesis", "", ".", "..", 5, "/etc", "mine/../../thesis"]')
    (folder / "mine").mkdir()
    assert not atomic.is_free(folder)
    (folder / "mine").rmdir()
    with atomic.new_folder(folder) as scratch:
        (scratch / "a").touch()
    assert (tmp_path / "thesis").exists()
    assert [path.name for path in folder.iterdir()] == ["a"]
