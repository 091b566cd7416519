"""A small file is changed by one process at a time, by `flock` or by a lease."""

from pathlib import Path
from threading import Thread

import pytest

from distilabel_selfinstruct.files.run_layout import LEASED
from distilabel_selfinstruct.files.shared_files import are_leased, exclusively


@pytest.mark.parametrize("by_lease", [False, True])
def test_changes_of_several_at_the_same_time_are_all_made(tmp_path: Path, by_lease: bool) -> None:
    path = tmp_path / "count"

    def count() -> None:
        for _ in range(25):
            with exclusively(path, by_lease=by_lease) as stream:
                number = int(stream.read() or b"0")
                stream.seek(0)
                stream.write(str(number + 1).encode())

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "100"
    assert len(list(tmp_path.iterdir())) == 1 + by_lease


def test_a_run_says_that_its_files_are_leased(tmp_path: Path) -> None:
    assert not are_leased(tmp_path)
    (tmp_path / LEASED).touch()
    assert are_leased(tmp_path)
