"""A record is on disk when recording it returns; what cannot be written is one sentence."""

import os
import signal
from pathlib import Path
from threading import Thread

import pytest

from distilabel_selfinstruct.errors import FileError
from distilabel_selfinstruct.journal.rows import read_rows
from distilabel_selfinstruct.records import Completion
from tests.journal.builders import DECODING, STEP, a_request, completions_file, opened, replayed
from tests.journal.processes import script


def test_a_record_is_on_disk_when_recording_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        real(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", watched)
    journal = opened(tmp_path)
    for number in range(3):
        journal.record_completion(a_request(number), DECODING, Completion("one"))
        assert synced[-1] == completions_file(tmp_path).stat().st_size
        assert len(list(read_rows(completions_file(tmp_path)))) == number + 1
    journal.close()


def test_records_that_a_thread_gathers_are_on_disk_together_with_one_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(descriptor) or real(descriptor))
    journal = opened(tmp_path)
    with journal.gathering():
        for number in range(3):
            journal.record_completion(a_request(number), DECODING, Completion(str(number)), durable=False)
        other = Thread(target=journal.record_completion, args=(a_request(3), DECODING, Completion("3")))
        other.start()
        other.join()
        assert [row["text"] for row in read_rows(completions_file(tmp_path))] == ["3"]
        synced.clear()
    assert len(synced) == 1
    assert [row["text"] for row in read_rows(completions_file(tmp_path))] == ["3", "0", "1", "2"]
    journal.record_completion(a_request(4), DECODING, Completion("4"))
    journal.close()
    assert replayed(tmp_path, 6) == ["0", "1", "2", "3", "4", None]


def test_each_record_survives_the_kill_that_follows_it(tmp_path: Path) -> None:
    body = """
        for number in range(5):
            journal.record_completion(Request(Stage.INSTRUCTION_GENERATION, number, f"prompt {number}"), DECODING,
                                      Completion(str(number)))
        os.kill(os.getpid(), 9)
    """
    with script(body, tmp_path) as process:
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert replayed(tmp_path, 6) == ["0", "1", "2", "3", "4", None]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileError, match=f"Cannot write to {tmp_path / STEP}: Permission denied"):
            opened(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / STEP).write_text("mine")
    with pytest.raises(FileError, match=f"Cannot write to {tmp_path / STEP}: File exists"):
        opened(tmp_path)


def test_a_full_disk_is_one_sentence_and_keeps_what_was_recorded(tmp_path: Path) -> None:
    body = """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        try:
            for number in range(20):
                journal.record_completion(Request(Stage.INSTRUCTION_GENERATION, number, f"prompt {number}"), DECODING,
                                          Completion("text " * 20))
        except FileError as error:
            say(number, error)
    """
    with script(body, tmp_path) as process:
        said, _ = process.communicate(timeout=60)
    recorded, sentence = said.split(maxsplit=1)
    assert sentence.strip() == f"Cannot write to {completions_file(tmp_path)}: File too large."
    assert 1 < int(recorded) < 20
    texts = replayed(tmp_path, 20)
    assert texts.count(None) == 20 - int(recorded)
