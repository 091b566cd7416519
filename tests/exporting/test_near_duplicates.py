"""Any dataset without its near-duplicates."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from datasets import Dataset, DatasetDict
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError, OutputFileError
from distilabel_selfinstruct.exporting import FilterResult, filter_dataset

ROWS = [
    {"id": 1, "instruction": "Name the capital of France.", "extra": "é"},
    {"id": 2, "instruction": "Describe a rainy day in Lima.", "extra": None},
    {"id": 3, "instruction": "Name the capital city of France.", "extra": "x"},
]


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def as_jsonl(folder: Path) -> Path:
    return write_jsonl(folder / "rows.jsonl", ROWS)


def as_csv(folder: Path) -> Path:
    with (folder / "rows.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ROWS[0])
        writer.writeheader()
        writer.writerows(ROWS)
    return folder / "rows.csv"


def as_parquet(folder: Path) -> Path:
    pa.parquet.write_table(pa.Table.from_pylist(ROWS), folder / "rows.parquet")
    return folder / "rows.parquet"


def as_dataset(folder: Path) -> Path:
    Dataset.from_list(ROWS).save_to_disk(str(folder / "dataset"))
    return folder / "dataset"


def as_dataset_dict(folder: Path) -> Path:
    DatasetDict({"train": Dataset.from_list(ROWS), "test": Dataset.from_list(ROWS[:1])}).save_to_disk(
        str(folder / "dataset")
    )
    return folder / "dataset"


@pytest.mark.parametrize("write", [as_jsonl, as_csv, as_parquet, as_dataset, as_dataset_dict])
def test_every_format_is_read(tmp_path, write):
    result = filter_dataset(write(tmp_path), tmp_path / "out")
    assert [int(row["id"]) for row in read(result.kept)] == [1, 2]


def test_the_files_and_their_rows_are_told(tmp_path):
    out = tmp_path / "out"
    assert filter_dataset(as_jsonl(tmp_path), out) == FilterResult(out / "kept.jsonl", out / "rejected.jsonl", 2, 1)
    assert sorted(path.name for path in out.iterdir()) == ["kept.jsonl", "rejected.jsonl"]


def test_kept_rows_stay_as_they_came(tmp_path):
    assert read(filter_dataset(as_jsonl(tmp_path), tmp_path / "out").kept) == ROWS[:2]


def test_rejected_rows_name_the_nearest_kept_text_and_its_score(tmp_path):
    (row,) = read(filter_dataset(as_jsonl(tmp_path), tmp_path / "out").rejected)
    assert row["id"] == 3
    assert row["reason"] == "near_duplicate"
    assert row["nearest_instruction"] == ROWS[0]["instruction"]
    assert row["nearest_rouge_l"] == pytest.approx(10 / 11)


def test_texts_of_another_file_count_as_kept(tmp_path):
    known = write_jsonl(tmp_path / "known.jsonl", [{"instruction": "Describe one rainy day in Lima."}])
    result = filter_dataset(as_jsonl(tmp_path), tmp_path / "out", against=known)
    assert [row["id"] for row in read(result.kept)] == [1]


def test_the_column_the_threshold_and_the_tokenizer_can_be_chosen(tmp_path):
    rows = [{"text": "写一首关于春天的诗"}, {"text": "写一首关于春天的歌"}, {"text": "翻译下面的句子"}]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    options = [{}, {"tokenizer": "unicode", "max_rouge_l": 0.95}, {"tokenizer": "rouge_score"}]
    results = [
        filter_dataset(path, tmp_path / str(number), column="text", **chosen) for number, chosen in enumerate(options)
    ]
    assert [result.num_kept for result in results] == [2, 3, 3]


def test_progress_ends_with_all_rows(tmp_path):
    seen = []
    result = filter_dataset(as_jsonl(tmp_path), tmp_path / "out", on_progress=lambda *counts: seen.append(counts))
    assert seen[-1] == (3, result.num_kept)


@given(st.lists(st.text(alphabet="ab ", max_size=6), max_size=30))
def test_every_row_is_in_one_of_the_files_and_kept_rows_are_never_rejected(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("filter")
    path = write_jsonl(folder / "rows.jsonl", [{"id": n, "instruction": text} for n, text in enumerate(texts)])
    first = filter_dataset(path, folder / "first")
    ids = [row["id"] for file in (first.kept, first.rejected) for row in read(file)]
    assert sorted(ids) == list(range(len(texts)))
    assert filter_dataset(first.kept, folder / "second").num_rejected == 0


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"aim": "x"}, "has no instruction"),
        ({"instruction": [5, 6]}, r"has under 'instruction' what is [5, 6], not a text"),
        ([1], "is an array, not an object"),
    ],
)
def test_a_row_without_a_text_is_left_out_and_listed_with_its_number(tmp_path, row, fault):
    bad = write_jsonl(tmp_path / "rows.jsonl", [ROWS[0], row])
    good = write_jsonl(tmp_path / "good.jsonl", ROWS)
    for number, (source, against) in enumerate([(bad, None), (good, bad)]):
        result = filter_dataset(source, tmp_path / f"out{number}", against=against)
        (skipped,) = result.skipped
        assert (skipped.source, skipped.location, skipped.reason) == (str(bad), "line 2", fault)
        assert read(result.skipped_file) == [{"source": str(bad), "location": "line 2", "reason": fault, "row": row}]
        with pytest.raises(InputFileError, match=r"rows\.jsonl, line 2: the row") as caught:
            filter_dataset(source, tmp_path / f"out{number}s", against=against, strict_rows=True)
        assert caught.value.path == str(bad)
        assert not (tmp_path / f"out{number}s").exists()


def test_a_column_that_no_row_has_is_named_with_those_that_there_are(tmp_path):
    with pytest.raises(InputFileError, match=r"has no column 'text' \(there is id, instruction, extra\).*`column`"):
        filter_dataset(as_jsonl(tmp_path), tmp_path / "out", column="text")
    assert not (tmp_path / "out").exists()


def test_the_tokenizer_follows_the_script_of_all_texts_and_is_told(tmp_path):
    english = [{"instruction": f"Write about topic {number}."} for number in range(5)]
    chinese = [{"instruction": text} for text in ("列出3种水果", "解释3个定律", "列出3种水果。")]
    notes = []
    result = filter_dataset(english + chinese, tmp_path / "out", on_note=notes.append)
    assert [row["instruction"] for row in read(result.rejected)] == [
        *(row["instruction"] for row in english[1:]),
        "列出3种水果。",
    ]
    assert "Tokenizer: unicode" in notes[-1]
    notes.clear()
    filter_dataset(english, tmp_path / "out2", on_note=notes.append)
    assert "Tokenizer: rouge_score" in notes[-1]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    with pytest.raises(OutputFileError, match="is not empty") as caught:
        filter_dataset(as_jsonl(tmp_path), tmp_path)
    assert caught.value.path == str(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputFileError, match="Cannot write to"):
        filter_dataset(as_jsonl(tmp_path), tmp_path / "taken" / "out")


@pytest.mark.parametrize("name", ["rows.txt", "rows.parquet", "rows.csv"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b'a,b\n"x\xff')
    with pytest.raises(InputFileError, match=name):
        filter_dataset(tmp_path / name, tmp_path / "out", column="a")


def test_a_split_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputFileError, match="has the splits train, test: choose one with `split`"):
        filter_dataset(as_dataset_dict(tmp_path), tmp_path / "out", split="dev")


def test_an_option_that_cannot_be_used_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigError, match=r"`max_rouge_l` is 2: use a number from 0 to 1"):
        filter_dataset(as_jsonl(tmp_path), tmp_path / "out", max_rouge_l=2)
    assert not (tmp_path / "out").exists()
