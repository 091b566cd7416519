"""Where a model continues with a task of its own, the answer ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_instances
from distilabel_selfinstruct.records import Completion, Instance, Reason

WORDS = st.sampled_from(
    [
        *((word, "en") for word in ("Task", "task", "TASK", "Instruction", "INSTRUCTION", "Next task")),
        ("과제", "ko"),
        ("任务", "zh"),
        ("Aufgabe", "de"),
    ]
)
NUMBERS = st.sampled_from(["", " 6", " #6", "6"])
FORMS = st.sampled_from(["{}: {}", "**{}:** {}", "### {}: {}", "## {}\n{}", "### {}:\n{}", "7. {}: {}"])
TASKS = st.sampled_from(["Name a long river.", "Say which word is longer."])
FIELDS = st.sampled_from(
    ["Output: new", "Input: sea\nOutput: new", "Example 1\nInput: sea\nOutput: new", "**Output:** new"]
)
ANSWERS = st.sampled_from(["odd", "Two lines\nof text.", "- a list\n- of two"])


@given(WORDS, NUMBERS, FORMS, TASKS, FIELDS, ANSWERS)
def test_a_next_task_in_any_spelling_ends_the_answer(
    word: tuple[str, str], number: str, form: str, task: str, fields: str, answer: str
) -> None:
    name, language = word
    text = f"Input: 7\nOutput: {answer}\n\n{form.format(name + number, task)}\n{fields}"
    parsed = parse_instances(Completion(text), is_classification=False, instruction="Do it.", language=language)
    assert parsed.kept == (Instance("7", answer),)
    assert [one.reason for one in parsed.rejected] == [Reason.PROMPT_ECHO]


@given(TASKS, FIELDS)
def test_hash_marks_alone_on_a_line_end_the_answer(task: str, fields: str) -> None:
    parsed = parse_instances(Completion(f"Output: odd\n\n###\n\n{task}\n{fields}"), is_classification=False)
    assert parsed.kept == (Instance("", "odd"),)


@pytest.mark.parametrize("end", ["Task", "Task:", "Task 6", "Task 6: Name a long", "### Instruction:", "###"])
def test_a_next_task_that_a_stop_sequence_has_cut_is_none_of_the_answer(end: str) -> None:
    parsed = parse_instances(Completion(f"Output: odd\n\n{end}"), is_classification=False, instruction="Do it.")
    assert parsed.kept == (Instance("", "odd"),)


@pytest.mark.parametrize(
    "answer",
    [
        "Task 1: sweep the yard\nTask 2: feed the hens",
        "Wool blanket.\nInstruction: wash by hand.",
        "Task lists help.\nTask 1 takes an hour.",
        "The word for it:\n指令",
        "#####\n# A frame\n#####",
    ],
)
def test_the_words_for_a_task_may_stand_in_an_answer(answer: str) -> None:
    parsed = parse_instances(Completion(f"Output: {answer}"), is_classification=False, instruction="Do it.")
    assert parsed.kept == (Instance("", answer),)


def test_a_list_of_tasks_in_one_of_several_examples_is_its_output() -> None:
    text = "Example 1\nInput: farm\nOutput:\nTask 1: sweep\nTask 2: feed\n\nExample 2\nInput: inn\nOutput: Task 1: cook"
    parsed = parse_instances(Completion(text), is_classification=False)
    assert parsed.kept == (Instance("farm", "Task 1: sweep\nTask 2: feed"), Instance("inn", "Task 1: cook"))


def test_the_task_at_hand_may_be_repeated_in_the_form_of_another_prompt() -> None:
    text = "1. Instruction: Name a flower.\n1. Input:\n<noinput>\n1. Output:\nThe rose."
    parsed = parse_instances(Completion(text), is_classification=False, instruction="Name a flower.")
    assert parsed.kept == (Instance("", "The rose."),)
