"""A run on a file system without `flock` is locked by leases, and is what it is elsewhere."""

import socket
from pathlib import Path

import pytest

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import FolderInUseError
from distilabel_selfinstruct.files.locks import holder_of, lock
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.running.folder import RunFolder
from tests.local_openai_server import LocalOpenAIServer
from tests.no_flock import is_possible
from tests.running.cli_runs import CLASSIFICATION, OPTIONS, Model, Run, asked_again, outputs, recorded


@pytest.mark.skipif(not is_possible(), reason="needs a kernel that can refuse a call")
def test_a_run_without_flock_keeps_others_out_and_is_resumed_at_once_when_it_was_killed(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    model, folder = server._answer, tmp_path / "run"
    assert isinstance(model, Model)
    options = (*OPTIONS, "--replicas", 2, "--max-requests", 1000, "--max-tokens", 10_000_000)
    started = Run(folder, server, *options, has_flock=False)
    model.wait_for(CLASSIFICATION, 9)
    name = f"{started.process.pid} on {socket.gethostname()}"
    assert holder_of(folder / "lock") == name
    with pytest.raises(FolderInUseError, match=f"number {name}"):
        lock(folder / "lock", patience=0)
    started.kill()
    known, before = recorded(folder), len(server.asked)
    done = Run(folder, server, *options, has_flock=False).done()
    assert done.status == 0, done.complained  # `datasets` warns of its own locks, in its cache
    assert f"{folder} is locked by a lease, renewed every 5 s: its file system has no `flock`." in done.said
    assert asked_again(server.asked[before:], known) == []
    assert max(recorded(folder).values()) == 1
    assert outputs(folder) == outputs(undisturbed)


def test_a_run_that_is_to_use_leases_has_its_steps_use_them_and_makes_no_change_when_it_lost_its_own(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    folder = RunFolder(tmp_path / "run", said.append)
    with folder.prepared(RunConfig(locks="lease")):
        assert said == [f"{folder.path} is locked by a lease, renewed every 5 s: that was asked for."]
        journal = StepJournal(folder.state, "step", max_requests=1)
        assert journal.claim_request() is None
        assert "`max_requests` (1) was reached" in str(journal.claim_request())
        journal.close()
        assert {path.name for path in folder.state.rglob("*lock.*")} == {"lock.1", "sent.lock.2"}
        assert folder.shared().flocked == ""
        before = folder.description.read_bytes()
        (folder.path / "lock.1").unlink()
        (folder.path / "lock.2").touch()
        assert folder._held is not None
        assert not folder._held._lease.renewed()
        with pytest.raises(FolderInUseError, match="was taken over by another process"):
            folder.finish({"status": "finished"})
        assert folder.description.read_bytes() == before
