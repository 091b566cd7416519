"""A torn last line is cut off; damage elsewhere is named."""

import gc
from pathlib import Path

import pytest

from distilabel_selfinstruct.journal.completions import repair
from distilabel_selfinstruct.records import Completion
from tests.journal.builders import DECODING, a_request, completions_file, opened, record, refusal, replayed
from tests.journal.processes import script


@pytest.mark.slow
def test_a_line_torn_anywhere_costs_the_last_record_only(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"), Completion("two – ü\n"), Completion("three – ü\n", "stop", 5, 6, "m"))
    path = completions_file(tmp_path)
    whole = path.read_bytes()
    kept = b"".join(whole.splitlines(keepends=True)[:2])
    for size in range(len(kept), len(whole)):
        path.write_bytes(whole[:size])
        assert replayed(tmp_path, 3) == ["one", "two – ü\n", None], size
        assert path.read_bytes() == kept, size


def test_a_journal_with_a_torn_line_goes_on(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"), Completion("two"))
    path = completions_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    journal = opened(tmp_path)
    journal.record_completion(a_request(1), DECODING, Completion("two again"))
    journal.close()
    assert replayed(tmp_path, 2) == ["one", "two again"]


def test_repairing_says_whether_there_was_something_to_repair(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert not repair(path)
    for content, torn in ((b"", False), (b"{}\n", False), (b"{}\n{", True), (b"{", True)):
        path.write_bytes(content)
        assert repair(path) is torn
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (b'{"key": "1", "sta', "is not JSON"),
        (b'{"key": "1", "stage": "instruction_generation"}', "lacks text"),
        (b"{}", "lacks key, stage, text"),
        (b"[1]", "holds an array, not an object"),
        (b'{"key": "\xff"}', "is not UTF-8"),
        (b"\x00\x00\x00\x00", "is not JSON"),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_damage_elsewhere_is_named_with_file_and_line(tmp_path: Path, damaged: bytes, said: str, number: int) -> None:
    record(tmp_path, Completion("one"), Completion("two"), Completion("three"))
    path = completions_file(tmp_path)
    lines = path.read_bytes().splitlines()
    lines[number - 1] = damaged
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert refusal(tmp_path).startswith(f"{path}, line {number}: the line {said}")
    assert path.read_bytes() == b"\n".join(lines) + b"\n"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_journal_is_not_changed_when_its_refusal_is_collected(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"), Completion("two"))
    path = completions_file(tmp_path)
    content = b"damaged\n" + path.read_bytes()
    path.write_bytes(content)
    refusal(tmp_path)
    gc.collect()
    assert path.read_bytes() == content


def test_a_damaged_journal_is_not_held_after_it_was_refused(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"))
    body = """
        journal.close()
        path = sys.argv[1] + "/step/completions.jsonl"
        good = open(path).read()
        open(path, "w").write("damaged\\n" + good)
        try:
            StepJournal(sys.argv[1], "step")
        except FileError as error:
            refused = error
        open(path, "w").write(good)
        try:
            StepJournal(sys.argv[1], "step")
        except FileError as error:
            say(error)
        else:
            say("open", refused)
    """
    with script(body, tmp_path) as process:
        said, _ = process.communicate(timeout=60)
    assert said.startswith("open")
