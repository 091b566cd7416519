"""Asking all steps to stop."""

from pathlib import Path

from distilabel_selfinstruct.journal.stop_file import ask_to_stop, is_limit_to_raise, raise_limit, stop_reason
from tests.journal.builders import opened
from tests.journal.processes import script


def test_the_first_reason_to_stop_stands(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    assert (journal.claim_request(), stop_reason(tmp_path)) == (None, "")
    ask_to_stop(tmp_path, "it was interrupted.")
    ask_to_stop(tmp_path, "max_tokens (5) was reached.")
    assert (journal.claim_request(), stop_reason(tmp_path)) == ("it was interrupted.", "it was interrupted.")
    journal.close()


def test_a_limit_to_raise_is_told_from_other_reasons() -> None:
    assert is_limit_to_raise(raise_limit("max_cost", "1,000.5"))
    for reason in ("", "it was interrupted.", "`max_minutes` (5) was reached. Run the same command again to resume."):
        assert not is_limit_to_raise(reason)


def test_a_reason_that_utf_8_cannot_hold_stops_all_the_same(tmp_path: Path) -> None:
    ask_to_stop(tmp_path, "The last failure was: \ud800.")
    assert stop_reason(tmp_path) == "The last failure was: ?."


def test_of_many_that_ask_to_stop_at_once_one_stands_as_a_whole(tmp_path: Path) -> None:
    processes = [
        script(f"ask_to_stop(__import__('pathlib').Path(sys.argv[1]), '{name}' * 2000)", tmp_path, name)
        for name in ("a", "b", "c")
    ]
    for process in processes:
        process.communicate(timeout=60)
    assert stop_reason(tmp_path) in {name * 2000 for name in ("a", "b", "c")}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c", "stop"]
