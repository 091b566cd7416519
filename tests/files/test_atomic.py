"""A file is replaced whole, or stays as it was."""

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
