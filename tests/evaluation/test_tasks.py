"""Answers of several files are brought together by their tasks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.evaluation import answers_of, join
from distilabel_selfinstruct.evaluation.scored_tasks import read_scored

TASKS = st.tuples(st.sampled_from(["Sort.", "Add.", "Name it."]), st.sampled_from(["", "1 2", "3"]))
ANSWERS = st.dictionaries(TASKS, st.text(max_size=3), max_size=9)
BY_MODEL = st.dictionaries(st.sampled_from(["x", "y", "z"]), ANSWERS, min_size=1)


def references_of(rows):
    return {task.task: task.references for task in read_scored(rows)[0]}


def row(instruction="Sort.", input="", output="a b"):
    return {"instruction": instruction, "input": input, "output": output}


def answers(*rows, **options):
    return answers_of(rows, **options)[0]


def test_a_task_is_its_instruction_and_its_input():
    rows = [row(input="1"), row(input="2", output="c"), {"instruction": "Add.", "output": "3"}]
    assert answers(*rows) == {("Sort.", "1"): "a b", ("Sort.", "2"): "c", ("Add.", ""): "3"}


@pytest.mark.parametrize("instruction", ["Sort.\n", "  Sort.", "Sort.\r\n"])
def test_whitespace_at_the_ends_makes_no_other_task(instruction):
    assert answers(row(instruction, None)) == {("Sort.", ""): "a b"}


def test_whitespace_at_the_ends_of_an_answer_and_its_line_ends_are_evened_out():
    assert answers(row(output="\n\n one\r\n two \n")) == {("Sort.", ""): "one\n two"}


def test_a_row_without_an_answer_is_none_and_an_empty_answer_is_one():
    assert answers(row(output=None), row("Add.", output="")) == {("Add.", ""): ""}


def test_the_same_answer_twice_counts_once_and_of_two_different_ones_the_first():
    assert len(answers(row(), row())) == 1
    found, (skipped,) = answers_of([row(), row("Add."), row(output="b")])
    assert found == {("Sort.", ""): "a b", ("Add.", ""): "a b"}
    assert (skipped.location, skipped.reason) == ("row 3", "answers the same task as row 1, and differently")


def test_a_number_is_an_answer():
    assert answers(row(output=7)) == {("Sort.", ""): "7"}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"instruction": "Sort.", "text": "x"}, r"has no column 'output' \(there is instruction, text\)"),
        ({"aim": "Sort.", "output": "x"}, r"has no column 'instruction' \(there is aim, output\)"),
        (row(None), "None of the 1 rows of The rows can be used: row 1 has no instruction"),
        (row(input=[1, 2]), r"row 1 has under 'input' what is \[1, 2\], not a text"),
    ],
)
def test_rows_that_cannot_be_used_are_an_error_that_names_the_fault(bad, message):
    with pytest.raises(InputFileError, match=message):
        answers_of([bad])


def test_references_are_one_or_a_list_and_rows_add_up():
    assert references_of([row(output="one"), row(output=["two", "one"])]) == {("Sort.", ""): ("one", "two")}


def test_references_may_be_instances():
    rows = [{"instruction": "Add.", "instances": [{"input": "1", "output": "x"}, {"input": "2", "output": "y"}]}]
    assert references_of(rows) == {("Add.", "1"): ("x",), ("Add.", "2"): ("y",)}


@pytest.mark.parametrize("bad", [{"instruction": "Sort."}, row(output=None), {"instruction": "x", "instances": ["y"]}])
def test_rows_without_a_reference_are_refused(bad):
    with pytest.raises(InputFileError, match=r"has no|None of the 1 rows"):
        references_of([bad])


@given(BY_MODEL)
def test_what_is_joined_is_answered_by_all(answers):
    joined = join(answers)
    every = {task for given_ in answers.values() for task in given_}
    assert set(joined.tasks) == {task for task in every if all(task in given_ for given_ in answers.values())}
    assert len(joined.tasks) + joined.num_left_out == len(every) == len(join(answers, incomplete=True).tasks)
    assert {model: len(every) - len(given_) for model, given_ in answers.items()} == joined.missing
