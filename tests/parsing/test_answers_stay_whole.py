"""Marker words inside an answer belong to the answer: the response as a whole says which lines are its markers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_instances
from distilabel_selfinstruct.parsing.cleaning import tidy
from distilabel_selfinstruct.records import Completion, Instance


def read(text: str, instruction: str = "", *, is_classification: bool = False) -> tuple[Instance, ...]:
    completion = Completion(text, "stop")
    return parse_instances(completion, is_classification=is_classification, instruction=instruction).kept


# No letters of which a marker, a remark or a tag could be made.
PLAIN = st.text("bdgjz é가。 -*1.)(:;|>\n", min_size=1).filter(lambda text: text == tidy(text) and bool(text))


@given(PLAIN)
def test_any_text_without_words_of_the_format_is_the_output_as_it_stands(text: str) -> None:
    assert read(f"Output: {text}") == (Instance("", text),)


@given(PLAIN, PLAIN)
def test_any_pair_of_such_texts_is_an_input_and_its_output(given_text: str, text: str) -> None:
    assert read(f"Input: {given_text}\nOutput: {text}") == (Instance(given_text, text),)


# Lines that hold a marker word and are written otherwise than the markers of the response, which are plain.
INNER = st.sampled_from(
    [
        "- Input: yarn",
        "- Output: cloth",
        "* **Input:** coal",
        "1. Input: grain",
        "3. Output: flour",
        "2) Output: bread",
        "## Output:",
        "### Input",
        "> Input: 3",
        "> Output: 9",
        "| Input: | Output: |",
        "`Output: 4`",
        "    Output: 4",
        "Sample Input:",
        "Sample Output: 5",
        "Expected output: 5",
        "input: n",
        "output: n * 2",
        "INPUT: price",
        "**Output:** steam",
        "Answer: 13",
        "**Answer:** 13",
        "Solution: open a vent",
        "Result: none",
        "Final answer: 7",
        "answer: yes",
        "Example: He left early.",
        "Example 1: It rained.",
        "Example 2: She called.",
        "## Example 1",
        "Example 3 in the book shows one.",
        "the Output: column",
        "Class label: none",
        "Task 1 takes an hour.",
    ]
)
LINES = st.lists(st.one_of(INNER, st.sampled_from(["two words", "so it goes.", ""])), max_size=8)
ANSWERS = LINES.map(lambda lines: "\n".join(["first words", *lines, "last words."]))


@given(ANSWERS)
def test_marker_words_in_any_order_inside_an_output_are_text(answer: str) -> None:
    assert read(f"Output: {answer}") == (Instance("", answer),)
    assert read(f"Input: given\nOutput: {answer}") == (Instance("given", answer),)


@given(ANSWERS, ANSWERS)
def test_two_pairs_with_such_outputs_are_told_apart(first: str, second: str) -> None:
    text = f"Input: one\nOutput: {first}\n\nInput: two\nOutput: {second}"
    assert read(text) == (Instance("one", first), Instance("two", second))


OWN_PAIR = st.just("Input: 3\nOutput: 9")


@given(st.lists(ANSWERS | OWN_PAIR.map(lambda pair: f"Use it so:\n{pair}"), min_size=2, max_size=4))
def test_only_their_numbers_begin_numbered_examples(answers: list[str]) -> None:
    blocks = [f"Example {number}\nInput: in {number}\nOutput: {answer}" for number, answer in enumerate(answers, 1)]
    expected = tuple(Instance(f"in {number}", answer) for number, answer in enumerate(answers, 1))
    assert read("\n".join(blocks)) == expected


@given(st.sampled_from(["Answer", "Solution", "Result"]), PLAIN)
def test_a_stand_in_counts_only_where_no_output_came_first(word: str, text: str) -> None:
    assert read(f"Input: given\n{word}: {text}") == (Instance("given", text),)
    assert read(f"Input: given\nOutput: some\n{word}: {text}") == (Instance("given", f"some\n{word}: {text}"),)
    assert read(f"Input: given\n{word}: none\nOutput: {text}") == (Instance(f"given\n{word}: none", text),)


@pytest.mark.parametrize(
    "text",
    [
        "A mill has three parts:\n1. **Input:** grain comes in.\n2. **Grinding:** stones turn.\n3. **Output:** flour.",
        "A mill has three parts:\n- Input: grain\n- Grinding: stones\n- Output: flour",
        "1. Stones: they turn.\n2. Input: grain comes in.\n3. Output: flour comes out.",
        "The parts of a computer:\n1. Input\n2. Processing\n3. Output",
        "begin\ninput: n\noutput: n * 2\nend",
        "Turn the tap.\n\nExample 1: a kitchen.\nExample 2: a garden.",
        "1. Which metal rusts?\nAnswer: iron\n2. Which gas is light?\nAnswer: helium",
    ],
)
def test_an_answer_without_markers_may_hold_their_words(text: str) -> None:
    assert read(text, "Write about it.") == (Instance("", text),)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Output:\nShow it:\n\nExample:\nInput: 3\nOutput: 9", "Show it:\n\nExample:\nInput: 3\nOutput: 9"),
        ("Output:\nbegin\nInput: n\nOutput: n * 2\nend", "begin\nInput: n\nOutput: n * 2\nend"),
        ("Output:\nInput\nProcessing\nOutput", "Input\nProcessing\nOutput"),
    ],
)
def test_an_output_may_hold_a_pair_of_its_own(text: str, answer: str) -> None:
    assert read(text) == (Instance("", answer),)


@pytest.mark.parametrize(
    "text",
    [
        "- Input: cold\n- Output: warm\n- Input: dark\n- Output: light",
        "1. Input: cold\nOutput: warm\n\n2. Input: dark\nOutput: light",
        "1. Input: cold\n2. Output: warm\n3. Input: dark\n4. Output: light",
        "### Input\ncold\n### Output\nwarm\n### Input\ndark\n### Output\nlight",
        "Input: cold\noutput: warm\nInput: dark\noutput: light",
        "Example 1\nInput: cold\nOutput: warm\n\nInput: dark\nOutput: light",
        "Input: cold\nOutput: warm\n\nExample:\nInput: dark\nOutput: light",
    ],
)
def test_decorations_that_all_markers_share_are_the_format(text: str) -> None:
    assert read(text) == (Instance("cold", "warm"), Instance("dark", "light"))


def test_the_last_marker_before_a_stop_sequence_is_no_text() -> None:
    assert read("Input: cold\nOutput: warm\n\nExample 2") == (Instance("cold", "warm"),)
    assert read("Input: cold\nOutput: warm\n\nInput:") == (Instance("cold", "warm"),)


CASES = st.sampled_from([str.lower, str.upper, str.title, str.capitalize])
BODIES = st.lists(st.sampled_from(["cold", "a wet dog", "two\nlines"]), min_size=2, max_size=4)


@given(CASES, BODIES)
def test_the_case_of_markers_does_not_matter(case: Callable[[str], str], bodies: list[str]) -> None:
    pairs = "\n".join(f"{case('input')}: {body}\n{case('output')}: x {body}" for body in bodies)
    assert read(pairs) == tuple(Instance(body, f"x {body}") for body in bodies)
    numbered = "\n".join(
        f"{case('example')} {number}\n{case('input')}: {body}\n{case('output')}: x {body}"
        for number, body in enumerate(bodies, 1)
    )
    assert read(numbered) == tuple(Instance(body, f"x {body}") for body in bodies)
    labels = "\n".join(f"{case('class label')}: {body.split()[0]}\n{body}" for body in bodies)
    assert read(labels, is_classification=True) == tuple(Instance(body, body.split()[0]) for body in bodies)


@pytest.mark.parametrize("text", ["Give the box\ninput: 3\noutput: 4", "He said\nanswer: none of these"])
def test_words_in_lower_case_begin_no_format_inside_a_text(text: str) -> None:
    assert read(text) == (Instance("", text),)
