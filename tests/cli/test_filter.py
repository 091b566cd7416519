"""`selfinstruct filter`: its options reach the filter, and it says what was written."""

import json
from pathlib import Path

import pytest
from datasets import Dataset, DatasetDict
from typer.testing import CliRunner, Result

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import OutputFileError
from distilabel_selfinstruct.exporting import filter_dataset

ROWS = [
    {"id": 1, "text": "写一首关于春天的诗", "instruction": "Name the capital of France."},
    {"id": 2, "text": "写一首关于春天的歌", "instruction": "Name the capital city of France."},
    {"id": 3, "text": "翻译下面的句子", "instruction": "Describe a rainy day in Lima."},
]


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["filter", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def write_jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_files_and_their_rows_are_named(tmp_path):
    stdout = run(write_jsonl(tmp_path / "rows.jsonl", ROWS), "--output", tmp_path / "out").stdout
    assert stdout.splitlines() == [
        f"2 kept: {tmp_path / 'out' / 'kept.jsonl'}",
        f"1 rejected: {tmp_path / 'out' / 'rejected.jsonl'}",
    ]


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["--max-rouge-l", "0.95"], {"max_rouge_l": 0.95}),
        (["--column", "text"], {"column": "text"}),
        (["--column", "text", "--tokenizer", "rouge_score"], {"column": "text", "tokenizer": "rouge_score"}),
        (["--against", "known.jsonl"], {"against": "known.jsonl"}),
    ],
)
def test_each_option_changes_the_files_as_it_does_in_python(tmp_path, monkeypatch, arguments, options):
    monkeypatch.chdir(tmp_path)
    path = write_jsonl(tmp_path / "rows.jsonl", ROWS)
    write_jsonl(tmp_path / "known.jsonl", [{"instruction": "Describe one rainy day in Lima."}])
    run(path, "-o", "command", *arguments)
    result = filter_dataset(path, "python", **options)
    for name in ("kept.jsonl", "rejected.jsonl"):
        assert (Path("command") / name).read_bytes() == (Path("python") / name).read_bytes()
    plain = filter_dataset(path, "plain", column=options.get("column", "instruction"))
    assert options == {"column": "text"} or result.num_kept != plain.num_kept


def test_a_split_can_be_chosen(tmp_path):
    splits = DatasetDict({"train": Dataset.from_list(ROWS), "test": Dataset.from_list(ROWS[:1])})
    splits.save_to_disk(str(tmp_path / "dataset"))
    assert run(tmp_path / "dataset", "-o", tmp_path / "out", "--split", "test").stdout.startswith("1 kept: ")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    with pytest.raises(OutputFileError, match="is not empty"):
        run(write_jsonl(tmp_path / "rows.jsonl", ROWS), "-o", tmp_path)
