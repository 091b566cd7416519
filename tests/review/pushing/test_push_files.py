"""Rows that are no run are pushed from their file, and have a folder for their review."""

from pathlib import Path

import argilla as rg
import pytest

from distilabel_selfinstruct.errors import ConfigError, InputFileError, RunFolderError
from distilabel_selfinstruct.exporting import export
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.review.pulling.pull import pull_decisions
from distilabel_selfinstruct.review.pushing.push import push_for_review

DOLLY = [{"instruction": f"Name sea {n}.", "context": "", "response": f"Sea {n}"} for n in range(3)]


def test_a_file_is_pushed_pulled_and_exported_as_a_run_is(
    client: rg.Argilla, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    jsonl.write("dolly.jsonl", [*DOLLY, {"instruction": ["a", "b"]}])
    result = push_for_review("dolly.jsonl", dataset=name, client=client)
    assert (result.created, result.folder) == (3, Path("dolly-review"))
    assert [row.location for row in result.skipped] == ["line 4"]
    again = push_for_review("dolly.jsonl", dataset=name, client=client)
    assert (again.created, again.already_there) == (0, 3)
    pulled = pull_decisions("dolly-review", client=client)
    assert {decision.record for decision in pulled.decisions} == {
        record_id(row["instruction"], "", row["response"]) for row in DOLLY
    }
    with pytest.raises(InputFileError, match="3 undecided"):  # nobody has rated them
        export("dolly-review", "alpaca")
    exported = export("dolly-review", "alpaca", include=["undecided"])
    assert exported.train is not None
    assert exported.train.num_rows == 3


def test_the_folder_of_other_rows_is_left_alone(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", DOLLY)
    jsonl.write(tmp_path / "instances.jsonl", [{"instruction": "x", "input": "", "output": "y"}])
    with pytest.raises(RunFolderError, match="holds other rows: choose another folder with `output`"):
        push_for_review(tmp_path / "rows.jsonl", output=tmp_path)
    assert len(list(jsonl.read(tmp_path / "instances.jsonl"))) == 1


def test_rows_in_memory_need_a_folder() -> None:
    with pytest.raises(ConfigError, match="name one as output"):
        push_for_review(DOLLY)


def test_a_file_without_answers_is_named_and_makes_no_folder(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [{"instruction": "x"}])
    with pytest.raises(InputFileError, match="has no column 'output'"):
        push_for_review(tmp_path / "rows.jsonl", output=tmp_path / "review")
    assert not (tmp_path / "review").exists()
