"""Processes exclude each other from a step, and count their requests together."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import FolderInUseError
from distilabel_selfinstruct.files.run_layout import LEASED
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.journal.stop_file import stop_reason
from distilabel_selfinstruct.records import Completion
from tests.journal.builders import STEP, completions_file, opened, record, refusal, replayed
from tests.journal.processes import HOLD, said_by, script


def test_a_second_process_is_told_so_with_the_number_of_the_first(tmp_path: Path) -> None:
    with script(HOLD, tmp_path) as process:
        assert said_by(process) == "open"
        assert refusal(tmp_path) == (
            f"{tmp_path / STEP} is in use by another process (number {process.pid}): wait for it or stop it."
        )
        process.communicate("", timeout=60)
    opened(tmp_path).close()


def test_being_refused_changes_nothing(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"))
    with script(HOLD, tmp_path) as process:
        assert said_by(process) == "open"
        with completions_file(tmp_path).open("ab") as stream:
            stream.write(b'{"being written')
        before = {path: path.read_bytes() for path in (tmp_path / STEP).iterdir()}
        refusal(tmp_path)
        assert {path: path.read_bytes() for path in (tmp_path / STEP).iterdir()} == before
        process.communicate("", timeout=60)


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    with script(HOLD, tmp_path) as process:
        assert said_by(process) == "open"
        process.kill()
        process.communicate(timeout=60)
    opened(tmp_path).close()


def test_two_steps_of_a_folder_do_not_exclude_each_other(tmp_path: Path) -> None:
    with closing(StepJournal(tmp_path, "one")), closing(StepJournal(tmp_path, "other")):
        for held in ("one", "other"):
            with pytest.raises(FolderInUseError):
                StepJournal(tmp_path, held)


SEND = """
        say("open")
        sys.stdin.readline()
        count = 0
        while (reason := journal.claim_request()) is None:
            count += 1
        say(count, reason)
"""


def test_requests_of_several_processes_are_counted_exactly(tmp_path: Path) -> None:
    limit = 500
    processes = [script(SEND, tmp_path, name, limit) for name in ("a", "b", "c")]
    for process in processes:
        assert said_by(process) == "open"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].split(maxsplit=1) for process in processes]
    assert sum(int(count) for count, _ in said) == limit
    assert {reason.strip() for _, reason in said} == {
        f"`max_requests` ({limit}) was reached. Raise `max_requests` to resume."
    }
    assert stop_reason(tmp_path) == f"`max_requests` ({limit}) was reached. Raise `max_requests` to resume."


def allowed(state: Path, limit: int | None, at_most: int = 100) -> int:
    """How many requests may be sent in an attempt of its own."""
    (state / "stop").unlink(missing_ok=True)
    journal = opened(state, max_requests=limit)
    count = 0
    while count < at_most and journal.claim_request() is None:
        count += 1
    journal.close()
    return count


def test_requests_of_earlier_attempts_count(tmp_path: Path) -> None:
    assert (allowed(tmp_path, 5, at_most=3), allowed(tmp_path, 5)) == (3, 2)


def test_a_higher_limit_is_reached_exactly_too(tmp_path: Path) -> None:
    assert [allowed(tmp_path, limit) for limit in (5, 5, 5, 8)] == [5, 0, 0, 3]


def test_without_a_limit_any_number_may_be_sent(tmp_path: Path) -> None:
    assert allowed(tmp_path, None, at_most=1000) == 1000


def test_a_journal_that_is_taken_over_is_a_new_file_so_that_nothing_more_is_written_to_it(tmp_path: Path) -> None:
    (tmp_path / LEASED).touch()
    record(tmp_path, Completion("one"))
    (records,) = (tmp_path / STEP).glob("lock.*")
    gone = {**json.loads(records.read_text()), "released": False}
    gone["owner"]["started"] = "long ago"
    records.write_text(json.dumps(gone))
    with completions_file(tmp_path).open("ab") as standing_still:
        journal = opened(tmp_path)
        standing_still.write(b"late")
    assert b"late" not in completions_file(tmp_path).read_bytes()
    journal.close()
    assert replayed(tmp_path, 1) == ["one"]
