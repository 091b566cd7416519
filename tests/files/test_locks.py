"""One process works in a folder; others may look whether it does."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from distilabel_selfinstruct.errors import FolderInUseError
from distilabel_selfinstruct.files.locks import holder_of, lock


def test_a_look_says_who_holds_the_lock_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder_of(path) is None
    assert not path.exists()
    holding = "import sys, time; from pathlib import Path; from distilabel_selfinstruct.files.locks import lock\n"
    holding += "held = lock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holding, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert holder_of(path) == str(process.pid)
        with pytest.raises(FolderInUseError, match=f"number {process.pid}"):
            lock(path)
        process.kill()
    assert holder_of(path) is None


def test_many_looks_never_keep_a_start_from_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock(path).close()
    looking = True

    def look() -> None:
        while looking:
            holder_of(path)

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            lock(path).close()
    finally:
        looking = False
        for thread in threads:
            thread.join()
