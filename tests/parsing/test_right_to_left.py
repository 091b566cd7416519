"""Responses in writing from right to left: marks of direction, and punctuation of its own."""

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.records import Completion

MARKS = st.lists(st.text("\u200e\u200f\u202b\u2067\u061c", max_size=2), min_size=8, max_size=8)

LIST = ["9. Write a poem about rain.", "10. Add the numbers in the list."]
INSTANCES = ["Example 1", "Input: hot", "Output: cold", "Example 2", "**Input:** old", "**Output:** young"]


def marked(lines: list[str], marks: list[str]) -> str:
    return "\n".join(mark + line for line, mark in zip(lines, marks, strict=False))


@given(MARKS)
def test_marks_of_direction_hide_no_beginning_of_a_line(marks):
    found = read_instructions(Completion(marked(LIST, marks)), language="en")
    assert list(found.kept) == [line.split(". ", 1)[1] for line in LIST]
    read = read_instances(
        Completion(marked(INSTANCES, marks)), is_classification=False, instruction="Give the opposite.", language="en"
    )
    assert [(one.input, one.output) for one in read.kept] == [("hot", "cold"), ("old", "young")]


@given(st.sampled_from([("Yes", True), ("No", False)]), st.sampled_from(",\u060c\uff0c\u3001"), MARKS)
def test_a_verdict_ends_at_the_comma_of_any_writing(verdict, comma, marks):
    word, wanted = verdict
    text = f"{marks[0]}{word}{comma} it is so."
    assert read_classification(Completion(text), language="en").is_classification is wanted


@given(st.sampled_from("?\u061f\uff1f"))
def test_a_question_is_no_verdict_in_any_writing(mark):
    assert read_classification(Completion(f"Yes{mark}"), language="en").is_classification is None


@given(st.sampled_from("-\u2013\u2014"), st.booleans(), st.booleans())
def test_a_number_and_a_dash_begin_an_item_with_and_without_a_blank(dash, has_blank, is_arabic):
    numbers = ("\u0669", "\u0661\u0660") if is_arabic else ("9", "10")
    texts = [line.split(". ", 1)[1] for line in LIST]
    lines = [f"{number}{' ' * has_blank}{dash} {text}" for number, text in zip(numbers, texts, strict=True)]
    assert list(read_instructions(Completion("\n".join(lines)), language="en").kept) == texts
