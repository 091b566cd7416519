"""Files of answers are scored from Python as the command scores them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.evaluation import evaluate
from distilabel_selfinstruct.files import jsonl

ROWS = [{"instruction": f"Say {number}.", "output": str(number)} for number in range(4)]


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
    assert (half.num_tasks, half.rouge_l, half.exact_match, half.num_unanswered) == (2, 0.0, 0.0, 2)
    assert (whole.num_tasks, whole.rouge_l, whole.exact_match, whole.num_unanswered) == (4, 1.0, 1.0, 0)


def test_one_file_needs_no_list(references):
    assert evaluate(str(references), references) == evaluate([references], str(references))


def test_answers_of_other_scripts_are_scored_by_the_unicode_tokenizer(tmp_path):
    jsonl.write(tmp_path / "refs.jsonl", [{"instruction": "选一个。", "output": "红色"}])
    assert evaluate(tmp_path / "refs.jsonl", tmp_path / "refs.jsonl").files[0].rouge_l == 0.0
    assert evaluate(tmp_path / "refs.jsonl", tmp_path / "refs.jsonl", tokenizer="unicode").files[0].rouge_l == 1.0


def test_a_tokenizer_that_does_not_exist_is_refused_before_a_file_is_read(tmp_path):
    with pytest.raises(ConfigError, match="There is no tokenizer 'words'"):
        evaluate(tmp_path / "nowhere.jsonl", tmp_path / "nowhere.jsonl", tokenizer="words")


def test_a_file_without_a_task_of_the_references_is_named(tmp_path, references):
    jsonl.write(tmp_path / "other.jsonl", [{"instruction": "Sing.", "output": "la"}])
    with pytest.raises(InputFileError, match="answers none of the tasks") as caught:
        evaluate([references, tmp_path / "other.jsonl"], references)
    assert caught.value.path == str(tmp_path / "other.jsonl")


@given(st.sampled_from([{}, {"instruction": 7}, {"instruction": "Say 1.", "input": 1}, {"instruction": "Say 1."}]))
def test_the_error_about_a_bad_row_carries_the_path_of_its_file(tmp_path_factory, bad):
    folder = tmp_path_factory.mktemp("rows")
    jsonl.write(folder / "refs.jsonl", ROWS)
    jsonl.write(folder / "bad.jsonl", [ROWS[0], bad])
    for predictions, references, location in (("bad", "refs", "row 2"), ("refs", "bad", "row 2")):
        with pytest.raises(InputFileError, match=location) as caught:
            evaluate(folder / f"{predictions}.jsonl", folder / f"{references}.jsonl")
        assert caught.value.path == str(folder / "bad.jsonl")
