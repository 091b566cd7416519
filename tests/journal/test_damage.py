"""A torn last line is cut off; damage elsewhere is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.journal.damage import repair
from distilabel_selfinstruct.records import Completion
from tests.journal.builders import DECODING, a_request, completions_file, opened, record, replayed


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
def test_a_damaged_record_is_set_aside_and_named_and_the_others_are_used(
    tmp_path: Path, damaged: bytes, said: str, number: int
) -> None:
    record(tmp_path, Completion("one"), Completion("two"), Completion("three"))
    path = completions_file(tmp_path)
    lines = path.read_bytes().splitlines()
    lines[number - 1] = damaged
    path.write_bytes(b"\n".join(lines) + b"\n")
    texts = ["one", "two", "three"]
    assert replayed(tmp_path, 3) == [None if place == number else text for place, text in enumerate(texts, 1)]
    (note,) = [row["text"] for row in jsonl.read(path.with_name("notes.jsonl"))]
    assert f"completions.jsonl, line {number}: the line {said}" in note
    assert path.with_name("damaged.jsonl").read_bytes() == damaged + b"\n"
    assert replayed(tmp_path, 3).count(None) == 1
    assert len(list(jsonl.read(path.with_name("notes.jsonl")))) == 1


@given(st.integers(0, 2), st.integers(0, 10_000), st.integers(0, 7))
def test_whatever_bit_of_a_record_flips_no_text_is_ever_taken_for_another(
    tmp_path_factory: pytest.TempPathFactory, number: int, place: int, bit: int
) -> None:
    folder, texts = tmp_path_factory.mktemp("run"), ["one", "two – ü", "three"]
    record(folder, *map(Completion, texts))
    path = completions_file(folder)
    lines = path.read_bytes().split(b"\n")
    line = bytearray(lines[number])
    line[place % len(line)] ^= 1 << bit
    lines[number] = bytes(line)
    path.write_bytes(b"\n".join(lines))
    found = replayed(folder, 3)
    assert found[:number] + found[number + 1 :] == texts[:number] + texts[number + 1 :]
    assert found[number] in (None, texts[number])
