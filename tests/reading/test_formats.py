"""Every format that people have is read: what was written comes back."""

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from datasets import Dataset, DatasetDict
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.reading import ReadOptions, open_rows
from distilabel_selfinstruct.reading.decoding import find_encoding

# Whatever a cell may hold: quotes, delimiters, line ends, other scripts. UTF-8 has no lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.sampled_from(
    [
        'a "quoted" word',
        "one; two, three\tfour|five",
        "line\nline",
        "a\r\nb",
        "né à Łódź",
        "写一首诗",
        "{}",
        "[1]",
        "'",
        '"',
    ]
)
ROWS = st.lists(
    st.fixed_dictionaries({"instruction": TEXTS.map("T{}".format), "output": TEXTS}), min_size=1, max_size=5
)
PACKED = st.booleans()


def write(folder: Path, name: str, content: bytes, *, packed: bool = False) -> Path:
    path = folder / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def read(source, **options) -> list[dict]:
    rows = open_rows(source, ReadOptions(**options))
    found = list(rows)
    assert rows.skipped == []
    return found


def written_as_nothing(rows: list[dict]) -> bool:
    """Whether a cell holds what programs write into an empty one (see below)."""
    return any(value in ("NaN", "nan", "<NA>") for row in rows for value in row.values())


def as_csv(rows: list[dict], delimiter: str, end: str = "\r\n") -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, rows[0], delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


@given(ROWS, PACKED, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_json_lines_come_back(tmp_path_factory, rows, packed, encoding, end):
    text = end.join(json.dumps(row, ensure_ascii=False) for row in rows) + end
    path = write(tmp_path_factory.mktemp("f"), "rows.jsonl", text.encode(encoding), packed=packed)
    assert read(path) == rows


@given(ROWS, PACKED, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([None, 2]))
def test_json_arrays_come_back(tmp_path_factory, rows, packed, encoding, indent):
    text = json.dumps(rows, ensure_ascii=False, indent=indent)
    path = write(tmp_path_factory.mktemp("f"), "rows.json", text.encode(encoding), packed=packed)
    assert read(path) == rows


@given(
    ROWS.filter(lambda rows: not written_as_nothing(rows)),
    PACKED,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(",;\t|"),
    st.booleans(),
)
def test_csv_comes_back_with_its_delimiter_given_or_found(tmp_path_factory, rows, packed, encoding, delimiter, given_):
    text = as_csv(rows, delimiter)
    path = write(tmp_path_factory.mktemp("f"), "rows.csv", text.encode(encoding), packed=packed)
    if given_:
        assert read(path, delimiter=delimiter) == rows
    else:
        found = open_rows(path)
        assert len(list(found)) + len(found.skipped) >= 1
        # A delimiter is a guess where cells hold others, but with several plain rows it is no guess.
        plain = [{"instruction": f"Do {n}.", "output": "x"} for n in range(5)]
        path = write(path.parent, "plain.csv", as_csv(plain + rows, delimiter).encode(encoding), packed=packed)
        assert read(path) == plain + rows


@given(ROWS, PACKED)
def test_parquet_comes_back(tmp_path_factory, rows, packed):
    stream = io.BytesIO()
    pa.parquet.write_table(pa.Table.from_pylist(rows), stream)
    path = write(tmp_path_factory.mktemp("f"), "rows.parquet", stream.getvalue(), packed=packed)
    assert read(path) == rows


ALPACA = [{"instruction": "Name a sea.", "input": "", "output": "North Sea"}]


def test_a_saved_dataset_comes_back(tmp_path):
    Dataset.from_list(ALPACA).save_to_disk(str(tmp_path / "saved"))
    assert read(tmp_path / "saved") == ALPACA
    (arrow,) = (tmp_path / "saved").glob("*.arrow")
    assert read(arrow) == ALPACA


def test_a_split_of_a_saved_dataset_is_chosen_or_asked_for(tmp_path):
    splits = DatasetDict({"dev": Dataset.from_list(ALPACA), "test": Dataset.from_list([])})
    splits.save_to_disk(str(tmp_path / "saved"))
    assert read(tmp_path / "saved", split="dev") == ALPACA
    with pytest.raises(InputFileError, match="has the splits dev, test: choose one with `split`"):
        open_rows(tmp_path / "saved", ReadOptions())
    with pytest.raises(InputFileError, match="has the splits dev, test: put one into a file of its own"):
        open_rows(tmp_path / "saved")


def test_structs_and_lists_of_parquet_are_read(tmp_path):
    rows = [{"conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello."}], "n": {"a": 1}}]
    pa.parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    (row,) = read(tmp_path / "rows.parquet")
    assert (row["instruction"], row["output"]) == ("Hi?", "Hello.")


@pytest.mark.parametrize(
    "text",
    [
        '{"data": [{"instruction": "a", "output": "b"}], "version": 1}',
        '{"features": [{"name": "instruction"}], "rows": [{"row_idx": 0, "row": {"instruction": "a", "output": "b"}}]}',
        '{"instruction": ["a"], "output": ["b"]}',
        '{"instruction": {"0": "a"}, "output": {"0": "b"}}',
        '{"task_7": {"instruction": "a", "output": "b"}}',
        '{"columns": ["instruction", "output"], "index": [0], "data": [["a", "b"]]}',
        '{"instruction": "a", "output": "b"}',
        '{"result": {"data": [{"instruction": "a", "output": "b"}]}}',
        '{"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}',
        '{\n "instruction": "a",\n "output": "b"\n}',
        '[{"instruction": "a", "output": "b",},]',
        '{"instruction": "a", "output": "b"},\n',
        '\n\n{"instruction": "a", "output": "b"}\n\n\n',
        '{"train": [{"instruction": "a", "output": "b"}], "test": []}',
    ],
)
@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
def test_whatever_stands_around_the_rows_of_a_json_file_they_are_found(tmp_path, text, name):
    (tmp_path / name).write_text(text)
    assert [(row["instruction"], row["output"]) for row in read(tmp_path / name)] == [("a", "b")]


def test_objects_one_after_the_other_are_rows(tmp_path):
    text = json.dumps({"instruction": "a"}, indent=1) + "\n" + json.dumps({"instruction": "b"}, indent=1)
    (tmp_path / "rows.json").write_text(text)
    assert [row["instruction"] for row in read(tmp_path / "rows.json")] == ["a", "b"]


def test_arrays_one_after_the_other_are_rows(tmp_path):
    (tmp_path / "rows.json").write_text('[{"instruction": "a"}]\n[{"instruction": "b"}]')
    assert [row["instruction"] for row in read(tmp_path / "rows.json")] == ["a", "b"]


def test_a_pointer_of_git_lfs_is_named_as_one(tmp_path):
    for name in ("rows.jsonl", "rows.parquet"):
        (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n")
        with pytest.raises(InputFileError, match="is a pointer of Git LFS"):
            open_rows(tmp_path / name)


def test_what_programs_write_into_an_empty_cell_is_nothing(tmp_path):
    (tmp_path / "rows.csv").write_text("instruction,input,output\na,NaN,b\n")
    assert read(tmp_path / "rows.csv")[0]["input"] is None


def test_values_that_json_lacks_are_nothing(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"instruction": "a", "input": NaN, "output": null, "score": Infinity}\n')
    (row,) = read(tmp_path / "rows.jsonl")
    assert (row["input"], row["output"], row["score"]) == (None, None, None)


@pytest.mark.parametrize(("encoding", "text"), [("cp1252", "naïve – “quoted”"), ("latin-1", "caf\xe9 \x81")])
@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_file_of_windows_is_read_and_said(tmp_path, name, encoding, text):
    content = f"instruction,output\n{text},b\n" if name == "rows.csv" else f'{{"instruction": "{text}"}}\n'
    (tmp_path / name).write_bytes(content.encode(encoding))
    notes = []
    assert read(tmp_path / name, on_note=notes.append)[0]["instruction"] == text
    assert f"is not UTF-8: its texts are read as {encoding}" in notes[0]


BY_ENCODING = {
    "cp1251": "Назови три реки. Они текут в море, и их вода холодна.",
    "cp932": "川の名前を三つ挙げてください。海に流れます。",
    "gb18030": "写一首关于大海的短诗。水是冷的，天是蓝的。",
    "cp949": "강 세 개의 이름을 말해 주세요. 모두 바다로 흐릅니다.",
}


@pytest.mark.parametrize(("encoding", "text"), BY_ENCODING.items(), ids=BY_ENCODING)
@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_file_of_another_script_is_read_in_the_encoding_that_gives_its_letters(tmp_path, name, encoding, text):
    row = f'"{text}",b\n' if name == "rows.csv" else f'{{"instruction": "{text}"}}\n'
    content = f"instruction,output\n{row}" if name == "rows.csv" else row
    (tmp_path / name).write_bytes(content.encode(encoding))
    notes = []
    assert read(tmp_path / name, on_note=notes.append)[0]["instruction"] == text
    assert any("is not UTF-8: its texts are read as" in note for note in notes)


LATIN_WORDS = st.builds(
    lambda ascii_letters, other: f"{ascii_letters} {other}",
    st.text("abcdefgh", min_size=8),
    st.sampled_from("éèüñçßøå–“”"),
)
"""In Latin scripts at most one letter in nine is beyond ASCII."""


@given(st.lists(LATIN_WORDS, min_size=1, max_size=40))
def test_no_latin_text_of_windows_is_taken_for_another_script(tmp_path_factory, words):
    path = tmp_path_factory.mktemp("latin") / "rows.txt"
    path.write_bytes(" ".join(words).encode("cp1252"))
    assert find_encoding(path) in ("cp1252", "utf-8")


def test_an_encoding_can_be_named(tmp_path):
    (tmp_path / "rows.csv").write_bytes("instruction,output\nПривет,b\n".encode("cp1251"))
    assert read(tmp_path / "rows.csv", encoding="cp1251")[0]["instruction"] == "Привет"
    with pytest.raises(ConfigError, match="There is no encoding 'klingon'"):
        ReadOptions(encoding="klingon")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Instruction , OUTPUT\na,b\n", {"instruction": "a", "output": "b"}),
        ("\ufeffsep=;\r\ninstruction;output\r\na;b\r\n", {"instruction": "a", "output": "b"}),
        (
            ",instruction,output,output\n0,a,b,c\n",
            {"column_1": "0", "instruction": "a", "output": "b", "output_2": "c"},
        ),
        ("instruction,output\na,b,,\n\n,\n", {"instruction": "a", "output": "b"}),
        ("instruction,output\ra,b\r", {"instruction": "a", "output": "b"}),
        ("instruction,output\na\n", {"instruction": "a", "output": None}),
        ("instruction\na, b; c\n", {"instruction": "a, b; c"}),
    ],
)
def test_headers_and_line_ends_as_spreadsheets_write_them(tmp_path, text, names):
    (tmp_path / "rows.csv").write_text(text, newline="")
    assert read(tmp_path / "rows.csv") == [names]


def test_tabs_without_quotation_keep_their_quotes(tmp_path):
    (tmp_path / "rows.tsv").write_text('instruction\toutput\n"Go" means\tmove\nSay "hi\thi\n')
    assert [row["instruction"] for row in read(tmp_path / "rows.tsv")] == ['"Go" means', 'Say "hi']


def test_a_field_may_be_huge(tmp_path):
    (tmp_path / "rows.csv").write_text(f"instruction,output\na,{'x' * 500_000}\n")
    assert len(read(tmp_path / "rows.csv")[0]["output"]) == 500_000


@pytest.mark.parametrize("name", ["rows.csv", "rows.tsv", "rows.json", "rows.jsonl", "rows.jsonl.gz"])
def test_an_empty_file_has_no_rows(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    assert read(tmp_path / name) == []


def test_a_header_alone_is_no_row(tmp_path):
    (tmp_path / "rows.csv").write_text("instruction,output\n")
    assert read(tmp_path / "rows.csv") == []


def test_a_missing_file_is_named_without_asking_the_hub(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    for name in ("rows.jsonl", "rows.csv.gz", "/nowhere/rows"):
        with pytest.raises(InputFileError, match=f"There is no file {name}"):
            open_rows(name)


def test_a_file_of_an_unknown_kind_is_refused_with_the_known_ones(tmp_path):
    path = tmp_path / "rows.docx"
    path.write_text("")
    with pytest.raises(InputFileError, match=r"\.jsonl, .*\.parquet"):
        open_rows(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.parquet", b"PAR1"),
        ("rows.jsonl.gz", b"\x1f\x8bxx"),
        ("rows.arrow", b"x"),
        ("rows.json", b'["a'),
        ("d", None),
    ],
)
def test_the_error_about_a_damaged_file_carries_its_path(tmp_path, name, content):
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(InputFileError, match=name) as caught:
        list(open_rows(path))
    assert caught.value.path == str(path)


def test_a_folder_with_one_file_is_that_file_and_with_several_one_must_be_named(tmp_path):
    (tmp_path / "rows.json").write_text('[{"instruction": "a"}]')
    (tmp_path / "README.md").write_text("x")
    assert read(tmp_path) == [{"instruction": "a"}]
    (tmp_path / "more.json").write_text("[]")
    with pytest.raises(InputFileError, match=r"2 files \(more.json, rows.json, …\): name one of them"):
        open_rows(tmp_path)


def test_rows_in_memory_are_a_source():
    assert read(iter([{"prompt": "a", "response": "b"}])) == [{"instruction": "a", "output": "b"}]


@pytest.mark.slow
def test_a_file_that_unpacks_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    blanks = gzip.compress(b" " * 1_000_000)
    for name, start in {"a.jsonl.gz": b"", "b.json.gz": b"[", "c.csv": b"instruction,output\n"}.items():
        (tmp_path / name).write_bytes(gzip.compress(start) + blanks * 110)
        with pytest.raises(InputFileError, match=f"{name} unpacks to more than .* times its size"):
            list(open_rows(tmp_path / name, ReadOptions()).read())


@pytest.mark.slow
def test_texts_that_repeat_themselves_are_unpacked_up_to_a_size(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"instruction": "Say it.", "output": "it"}\n' * 50_000))
    assert sum(len(read.rows) for read in open_rows(tmp_path / "a.jsonl.gz", ReadOptions()).read()) == 50_000
