"""A file is replaced whole, or stays as it was."""

import pytest

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
