"""Answers of several files are brought together by their tasks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.evaluation import answers_of, join, references_of

TASKS = st.tuples(st.sampled_from(["Sort.", "Add.", "Name it."]), st.sampled_from(["", "1 2", "3"]))
ANSWERS = st.dictionaries(TASKS, st.text(max_size=3), max_size=9)
BY_MODEL = st.dictionaries(st.sampled_from(["x", "y", "z"]), ANSWERS, min_size=1)


def row(instruction="Sort.", input="", output="a b"):
    return {"instruction": instruction, "input": input, "output": output}


def test_a_task_is_its_instruction_and_its_input():
    rows = [row(input="1"), row(input="2", output="c"), {"instruction": "Add.", "output": "3"}]
    assert answers_of(rows) == {("Sort.", "1"): "a b", ("Sort.", "2"): "c", ("Add.", ""): "3"}


@pytest.mark.parametrize("instruction", ["Sort.\n", "  Sort.", "Sort.\r\n"])
def test_whitespace_at_the_ends_makes_no_other_task(instruction):
    assert answers_of([row(instruction, None)]) == {("Sort.", ""): "a b"}


def test_whitespace_at_the_ends_of_an_answer_and_its_line_ends_are_evened_out():
    assert answers_of([row(output="\n\n one\r\n two \n")]) == {("Sort.", ""): "one\n two"}


def test_a_row_without_an_answer_is_none_and_an_empty_answer_is_one():
    assert answers_of([row(output=None), row("Add.", output="")]) == {("Add.", ""): ""}


def test_the_same_answer_twice_counts_once_and_two_different_ones_are_refused():
    assert len(answers_of([row(), row()])) == 1
    with pytest.raises(InputFileError, match=r"x\.jsonl, row 3, answers the same task as row 1, and differently"):
        answers_of([row(), row("Add."), row(output="b")], source="x.jsonl")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"instruction": "Sort.", "text": "x"}, r"Row 1 has no column 'output' \(there is instruction, text\)"),
        ({"prompt": "Sort.", "output": "x"}, "Row 1 has None under 'instruction' and must have a text there"),
        (row(output=7), "Row 1 has 7 under 'output'"),
        (row(input=[1]), r"Row 1 has \[1\] under 'input'"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(bad, message):
    with pytest.raises(InputFileError, match=message):
        answers_of([bad])


def test_references_are_one_or_a_list_or_instances_and_rows_add_up():
    rows = [
        row(output="one"),
        row(output=["two", "one"]),
        {"instruction": "Add.", "instances": [{"input": "1", "output": "x"}, {"input": "2", "output": "y"}]},
    ]
    assert references_of(rows) == {("Sort.", ""): ("one", "two"), ("Add.", "1"): ("x",), ("Add.", "2"): ("y",)}


@pytest.mark.parametrize("bad", [{"instruction": "Sort."}, row(output=None), {"instruction": "x", "instances": ["y"]}])
def test_a_row_without_a_reference_is_refused(bad):
    with pytest.raises(InputFileError, match="refs, row 1, has"):
        references_of([bad], source="refs")


@given(BY_MODEL)
def test_what_is_joined_is_answered_by_all(answers):
    joined = join(answers)
    every = {task for given_ in answers.values() for task in given_}
    assert set(joined.tasks) == {task for task in every if all(task in given_ for given_ in answers.values())}
    assert len(joined.tasks) + joined.num_left_out == len(every) == len(join(answers, incomplete=True).tasks)
    assert {model: len(every) - len(given_) for model, given_ in answers.items()} == joined.missing
