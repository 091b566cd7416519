"""Files of answers are scored from Python as the command scores them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.evaluation import evaluate
from distilabel_selfinstruct.files import jsonl

ROWS = [{"instruction": f"Say {number}.", "output": str(number)} for number in range(4)]


def figures(scores):
    means = scores.metrics.overall
    return scores.metrics.num_tasks, means.rouge_l, means.exact_match, scores.num_unanswered


@pytest.fixture
def references(tmp_path):
    jsonl.write(tmp_path / "refs.jsonl", ROWS)
    return tmp_path / "refs.jsonl"


def test_each_file_has_its_scores_in_the_order_given(tmp_path, references):
    jsonl.write(tmp_path / "half.jsonl", [{**row, "output": "no"} for row in ROWS[:2]])
    seen = []
    result = evaluate([tmp_path / "half.jsonl", references], references, on_progress=seen.append)
    assert seen == [scores.file for scores in result.files] == [str(tmp_path / "half.jsonl"), str(references)]
    assert result.num_tasks == 4
    half, whole = result.files
    assert figures(half) == (4, 0.0, 0.0, 2)
    assert figures(whole) == (4, 100.0, 100.0, 0)


def test_one_file_needs_no_list(references):
    assert evaluate(str(references), references) == evaluate([references], str(references))


def test_answers_of_other_scripts_are_scored_by_the_unicode_track(tmp_path):
    jsonl.write(tmp_path / "refs.jsonl", [{"instruction": "选一个。", "output": "红色"}])
    both = (tmp_path / "refs.jsonl", tmp_path / "refs.jsonl")
    assert evaluate(*both, track="default").files[0].metrics.overall.rouge_l == 0.0
    assert evaluate(*both, track="unicode").files[0].metrics.overall.rouge_l == 100.0
    notes = []
    assert evaluate(*both, on_note=notes.append).files[0].metrics.overall.rouge_l == 100.0
    assert "Track: unicode, because many letters of the references are outside ASCII." in notes


def test_a_file_without_a_task_of_the_references_is_named(tmp_path, references):
    jsonl.write(tmp_path / "other.jsonl", [{"instruction": "Sing.", "output": "la"}])
    with pytest.raises(InputFileError, match="answers none of the tasks") as caught:
        evaluate([references, tmp_path / "other.jsonl"], references)
    assert caught.value.path == str(tmp_path / "other.jsonl")


@given(st.sampled_from([{}, {"instruction": [7, 8]}, {"instruction": "Say 1.", "output": {"a": 1}}, {"output": "1"}]))
def test_a_bad_row_is_left_out_with_its_number_or_stops_the_command(tmp_path_factory, bad):
    folder = tmp_path_factory.mktemp("rows")
    jsonl.write(folder / "refs.jsonl", ROWS)
    jsonl.write(folder / "bad.jsonl", [ROWS[0], bad])
    for predictions, references in (("bad", "refs"), ("refs", "bad")):
        files = (folder / f"{predictions}.jsonl", folder / f"{references}.jsonl")
        result = evaluate(*files)
        (skipped,) = (*result.skipped, *(row for scores in result.files for row in scores.skipped))
        assert (skipped.source, skipped.location) == (str(folder / "bad.jsonl"), "line 2")
        with pytest.raises(InputFileError, match=r"bad\.jsonl, line 2: the row has") as caught:
            evaluate(*files, strict_rows=True)
        assert caught.value.path == str(folder / "bad.jsonl")


def test_answers_and_references_may_have_other_columns_each(tmp_path):
    jsonl.write(tmp_path / "answers.jsonl", [{"q": "Say 1.", "said": "1"}])
    jsonl.write(tmp_path / "refs.jsonl", [{"task": "Say 1.", "gold": ["one", "1"]}])
    result = evaluate(
        tmp_path / "answers.jsonl",
        tmp_path / "refs.jsonl",
        columns={"instruction": "q", "output": "said"},
        reference_columns={"instruction": "task"},
        reference_column="gold",
    )
    assert result.files[0].metrics.overall.exact_match == 100.0


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({}, "name a file that has them with `references`, or their column with `reference_column`"),
        ({"reference_column": "truth"}, "name the one that holds it with `reference_column`"),
        ({"references": [{"instruction": "i", "output": "o"}], "column": "said"}, "that holds it with `column`"),
        ({"references": [{"task": "i"}]}, r"that holds it with `reference_columns` \(instruction=COLUMN\)"),
    ],
)
def test_a_missing_column_is_named_with_the_option_that_names_another(tmp_path, options, remedy):
    jsonl.write(tmp_path / "answers.jsonl", [{"instruction": "i", "output": "o"}])
    with pytest.raises(InputFileError, match=remedy):
        evaluate(tmp_path / "answers.jsonl", **options)


def test_files_without_rows_are_named(tmp_path, references):
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(InputFileError, match=r"empty\.jsonl holds no answers"):
        evaluate(tmp_path / "empty.jsonl", references)
    with pytest.raises(InputFileError, match=r"empty\.jsonl holds no tasks with references"):
        evaluate(references, tmp_path / "empty.jsonl")
