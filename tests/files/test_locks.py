"""One process works in a folder; others may look whether it does."""

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Thread

import pytest

from distilabel_selfinstruct.errors import FolderInUseError
from distilabel_selfinstruct.files.lease_owners import LeaseOwner
from distilabel_selfinstruct.files.leases import LeaseRecord
from distilabel_selfinstruct.files.locks import holder_of, lock
from tests.no_flock import is_possible

ROOT = Path(__file__).parents[2]


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


def test_a_lease_excludes_and_names_its_process_and_outlives_a_folder_lock_of_the_other_kind(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock(path, kind="lease") as held:
        assert held.why_leased == "that was asked for"
        # As another machine sees it, for which `flock` does not hold.
        (elsewhere := tmp_path / "elsewhere").mkdir()
        (elsewhere / "lock").touch()
        shutil.copy(tmp_path / "lock.1", elsewhere / "lock.1")
        assert holder_of(elsewhere / "lock") == f"{os.getpid()} on {socket.gethostname()}"
        with pytest.raises(FolderInUseError, match=rf"number {os.getpid()} on .*: wait for it or stop it"):
            lock(elsewhere / "lock", patience=0)
    assert holder_of(path) is None
    with lock(path, kind="flock") as again:
        assert (again.why_leased, again.took_over) == ("an earlier process did so", False)
    assert sorted(file.name for file in tmp_path.glob("lock*")) == ["lock", "lock.2"]


def test_a_lock_that_was_taken_over_is_one_sentence(tmp_path: Path) -> None:
    with lock(tmp_path / "lock", kind="lease") as held:
        held.check()
        theirs = LeaseRecord(LeaseOwner(7, "other"), "word")
        (tmp_path / "lock.2").write_text(json.dumps(asdict(theirs)))
        (tmp_path / "lock.1").unlink()
        assert held._lease is not None
        assert not held._lease.renewed()
        with pytest.raises(FolderInUseError, match=r"was taken over by another process \(number 7 on other\)"):
            held.check()


REFUSED = """
import sys
from pathlib import Path
from tests.no_flock import refuse_flock
refuse_flock()
from distilabel_selfinstruct.files.locks import holder_of, lock
from distilabel_selfinstruct.files.shared_files import exclusively
path = Path(sys.argv[1])
with lock(path) as held, exclusively(path.with_name("count")) as stream:
    stream.write(b".")
    print(held.why_leased, "/", holder_of(path), flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not is_possible(), reason="needs a kernel that can refuse a call")
def test_where_the_file_system_has_no_flock_a_lease_is_held_and_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", REFUSED, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        name = f"{process.pid} on {socket.gethostname()}"
        assert process.stdout.readline() == f"its file system has no `flock` / {name}\n"
        assert holder_of(path) == name
        with pytest.raises(FolderInUseError, match=f"number {name}"):
            lock(path, patience=0)
        process.kill()
    with lock(path) as held:
        assert held.took_over
    assert (tmp_path / "count").read_bytes() == b"."
