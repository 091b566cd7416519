"""What is said of exceptions that nobody expected."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from distilabel_selfinstruct.cli.unexpected import report_of


def test_a_lack_of_memory_is_no_fault_of_the_program() -> None:
    said = report_of(MemoryError())
    assert said.splitlines() == [
        "selfinstruct: There is not enough memory: end other programs, or raise the limit that this one has."
    ]


@pytest.mark.parametrize("number", [errno.EDQUOT, errno.EFBIG, errno.ENOSPC, errno.EROFS])
def test_a_full_disk_is_none_whoever_writes(number: int) -> None:
    said = report_of(OSError(number, os.strerror(number), "/home/kim/.cache/lock"))
    assert said == (
        f"selfinstruct: Cannot write to /home/kim/.cache/lock: {os.strerror(number)}. Make room, then run the same "
        "command again."
    )


def test_a_lack_of_any_temporary_folder_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(FileNotFoundError) as raised:
        tempfile.gettempdir()
    assert report_of(raised.value) == (
        "selfinstruct: Cannot write to any folder for temporary files: make room, or name a folder that has some in "
        "TMPDIR."
    )


def test_any_other_exception_is_one() -> None:
    assert report_of(KeyError("odd")).endswith(
        "This is a fault of the program and not yours. Please report it with the lines above."
    )
