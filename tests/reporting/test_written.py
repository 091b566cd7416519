"""A report is written as a page and as figures, from Python as from the command."""

import json

import pytest

from distilabel_selfinstruct.errors import InputFileError, OutputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.reporting import report
from tests.reporting.run_folders import instance, task, write_run

pytestmark = pytest.mark.slow  # figures are drawn


@pytest.fixture
def rows(tmp_path):
    jsonl.write(tmp_path / "rows.jsonl", [instance("Write a poem.", "Rain")])
    return tmp_path / "rows.jsonl"


def test_the_report_of_a_run_is_written_into_its_folder(tmp_path):
    folder = write_run(tmp_path / "run", [task("Write a poem.")], [instance("Write a poem.", "Rain")])
    result = report(folder)
    assert (result.page, result.figures) == (folder / "report.html", folder / "report.json")
    assert json.loads(result.figures.read_text()) == json.loads(json.dumps(result.report.to_json()))


def test_the_report_of_other_rows_is_written_into_the_working_folder(tmp_path, rows, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    report(rows)
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["report.html", "report.json"]


def test_each_part_is_named_before_it_is_made(tmp_path, rows):
    seen = []
    report(rows, tmp_path / "out", on_progress=seen.append)
    assert (seen[0], seen[-1]) == ("reading", "drawing")
    assert "near-duplicates" in seen


def test_a_folder_that_cannot_be_written_is_named(tmp_path, rows):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputFileError, match="Give another output folder") as caught:
        report(rows, tmp_path / "taken")
    assert caught.value.path == str(tmp_path / "taken")


@pytest.mark.parametrize("bad", [{"aim": "x"}, {"instruction": [7, 8]}, {"instruction": "x", "output": {"y": 7}}])
def test_a_bad_row_is_left_out_and_listed_or_stops_the_report(tmp_path, bad):
    jsonl.write(tmp_path / "bad.jsonl", [instance("Write a poem."), bad])
    result = report(tmp_path / "bad.jsonl", tmp_path / "out", parser="rules")
    assert result.report.table_1.instructions == 1
    assert result.skipped_file == tmp_path / "out" / "skipped.jsonl"
    (listed,) = jsonl.read(result.skipped_file)
    assert (listed["location"], listed["row"]) == ("line 2", bad)
    with pytest.raises(InputFileError, match=r"bad\.jsonl, line 2") as caught:
        report(tmp_path / "bad.jsonl", tmp_path / "out", strict_rows=True)
    assert caught.value.path == str(tmp_path / "bad.jsonl")


def test_a_run_in_strict_mode_is_compared_by_its_own_tokenizer(tmp_path):
    texts = ["봄에 대한 시를 한 편 써 주세요", "봄에 대한 시 한 편을 써 주세요"]
    strict, default = (
        write_run(tmp_path / mode, [task(text) for text in texts], [], language="ko", mode=mode)
        for mode in ("strict", "default")
    )
    # The tokenizer of strict mode sees no Korean.
    assert report(strict).report.near_duplicates.dropped[0] == 0
    assert report(default).report.near_duplicates.dropped[0] == 1


def test_a_report_links_to_the_page_with_the_rows_where_there_is_one(tmp_path):
    rows = [{"instruction": "Write a poem.", "output": "Rain"}]
    assert "Browse its rows" not in report(rows, tmp_path).page.read_text(encoding="utf-8")
    (tmp_path / "show.html").write_text("", encoding="utf-8")
    assert '<a href="show.html">Browse its rows.</a>' in report(rows, tmp_path).page.read_text(encoding="utf-8")
