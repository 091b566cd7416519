import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from datasets import Dataset, DatasetDict
from typer.testing import CliRunner, Result

from distilabel_selfinstruct.cli import app
from distilabel_selfinstruct.errors import InputFileError, RunFolderError

ROWS = [
    {"id": 1, "instruction": "Name the capital of France.", "extra": "é"},
    {"id": 2, "instruction": "Describe a rainy day in Lima.", "extra": None},
    {"id": 3, "instruction": "Name the capital city of France.", "extra": "x"},
]


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["filter", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


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
    run(write(tmp_path), "--output", tmp_path / "out")
    assert [int(row["id"]) for row in read(tmp_path / "out" / "kept.jsonl")] == [1, 2]


def test_kept_rows_stay_as_they_came(tmp_path):
    run(as_jsonl(tmp_path), "-o", tmp_path / "out")
    assert read(tmp_path / "out" / "kept.jsonl") == ROWS[:2]


def test_rejected_rows_name_the_nearest_kept_text_and_its_score(tmp_path):
    run(as_jsonl(tmp_path), "-o", tmp_path / "out")
    (row,) = read(tmp_path / "out" / "rejected.jsonl")
    assert row["id"] == 3
    assert row["reason"] == "near_duplicate"
    assert row["nearest_instruction"] == ROWS[0]["instruction"]
    assert row["nearest_rouge_l"] == pytest.approx(10 / 11)


def test_what_stands_in_another_file_counts_as_kept(tmp_path):
    known = write_jsonl(tmp_path / "known.jsonl", [{"instruction": "Describe one rainy day in Lima."}])
    run(as_jsonl(tmp_path), "-o", tmp_path / "out", "--against", known)
    assert [row["id"] for row in read(tmp_path / "out" / "kept.jsonl")] == [1]


def test_the_column_the_threshold_and_the_tokenizer_can_be_chosen(tmp_path):
    rows = [{"text": "写一首关于春天的诗"}, {"text": "写一首关于春天的歌"}, {"text": "翻译下面的句子"}]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    run(path, "-o", tmp_path / "a", "--column", "text", "--tokenizer", "unicode")
    run(path, "-o", tmp_path / "b", "--column", "text", "--tokenizer", "unicode", "--max-rouge-l", "0.95")
    run(path, "-o", tmp_path / "c", "--column", "text")
    kept = [len(read(tmp_path / name / "kept.jsonl")) for name in "abc"]
    assert kept == [2, 3, 3]


def test_the_counts_are_printed(tmp_path):
    assert run(as_jsonl(tmp_path), "-o", tmp_path / "out").stdout.splitlines()[0].startswith("2 kept: ")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"prompt": "x"}, r"Row 2 has no column 'instruction' \(there is prompt\)"),
        ({"instruction": 5}, "Row 2 has 5 under 'instruction': name a column of texts"),
    ],
)
def test_a_row_without_a_text_is_named(tmp_path, row, said):
    with pytest.raises(InputFileError, match=said):
        run(write_jsonl(tmp_path / "rows.jsonl", [ROWS[0], row]), "-o", tmp_path / "out")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    with pytest.raises(RunFolderError, match="is not empty"):
        run(as_jsonl(tmp_path), "-o", tmp_path)


@pytest.mark.parametrize("name", ["rows.txt", "rows.parquet", "rows.csv"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b'a,b\n"x\xff')
    with pytest.raises(InputFileError, match=name):
        run(tmp_path / name, "-o", tmp_path / "out", "--column", "a")


def test_a_split_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputFileError, match="has the splits train, test: choose one with --split"):
        run(as_dataset_dict(tmp_path), "-o", tmp_path / "out", "--split", "dev")
