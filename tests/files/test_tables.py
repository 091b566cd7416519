import pytest

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files.tables import read_rows


def test_a_missing_file_is_named_without_asking_the_hub(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(InputFileError, match=r"There is no file rows\.jsonl"):
        read_rows("rows.jsonl")


def test_a_file_of_an_unknown_kind_is_refused_with_the_known_ones(tmp_path):
    path = tmp_path / "rows.xlsx"
    path.write_text("")
    with pytest.raises(InputFileError, match=r"\.jsonl, .*\.parquet"):
        read_rows(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.jsonl", b"[1]\n"),
        ("rows.jsonl", b"\xff\n"),
        ("rows.csv", b'a,b\n"1,2\n'),
        ("rows.csv", b"a\n1,2\n"),
        ("rows.tsv", b"a\n\xff\n"),
        ("rows.parquet", b"PAR1"),
    ],
)
def test_the_error_about_a_damaged_file_carries_its_path(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=name) as caught:
        list(read_rows(path))
    assert caught.value.path == str(path)
