import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl

ROWS = st.lists(st.dictionaries(st.text(string.ascii_letters, min_size=1), st.text() | st.integers() | st.none()))


@given(ROWS)
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("jsonl") / "rows.jsonl"
    assert jsonl.write(path, rows) == len(rows)
    assert list(jsonl.read(path)) == rows


@given(ROWS)
def test_what_is_appended_is_read_back_in_order(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("jsonl") / "deep" / "rows.jsonl"
    appender = jsonl.Appender(path)
    for row in rows:
        appender.append([row])
    appender.close()
    assert list(jsonl.read(path)) == rows


def test_an_appended_row_is_on_disk_before_append_returns(tmp_path):
    appender = jsonl.Appender(tmp_path / "rows.jsonl")
    appender.append([{"a": 1}])
    assert (tmp_path / "rows.jsonl").read_text() == '{"a": 1}\n'
    appender.close()


def test_lone_surrogates_become_replacement_characters():
    assert json.loads(jsonl.dumps({"text": "a\ud800b"})) == {"text": "a\ufffdb"}


def test_line_separators_inside_a_text_do_not_end_a_line(tmp_path):
    rows = [{"text": "one\u2028two\u0085three\rfour"}]
    jsonl.write(tmp_path / "rows.jsonl", rows)
    assert list(jsonl.read(tmp_path / "rows.jsonl")) == rows


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"[1, 2]", "holds an array, not an object"),
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON that can be read"),
        (b'"\xff"', r"is not UTF-8 \(byte 2 of the line\)"),
    ],
)
def test_a_faulty_line_is_named_with_its_number(tmp_path, line, fault):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"a": 1}\n\n' + line + b"\n")
    with pytest.raises(InputFileError, match=f"rows.jsonl, line 3: the line {fault}"):
        list(jsonl.read(path))


def test_a_written_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "rows.jsonl"
    jsonl.write(path, [{"a": 1}])

    def failing():
        yield {"a": 2}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        jsonl.write(path, failing())
    assert list(jsonl.read(path)) == [{"a": 1}]
