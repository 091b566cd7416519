import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_instances
from distilabel_selfinstruct.parsing.filtered import read_instances
from distilabel_selfinstruct.records import Completion, Instance, Parsed, Reason


def parse(text: str, finish_reason: str = "stop", instruction: str = "Do it.") -> Parsed[Instance]:
    completion = Completion(text, finish_reason)
    return parse_instances(completion, is_classification=False, instruction=instruction)


def parse_labels(text: str, finish_reason: str = "stop") -> Parsed[Instance]:
    return parse_instances(Completion(text, finish_reason), is_classification=True, instruction="Sort it.")


def reasons(parsed: Parsed[Instance]) -> list[Reason]:
    return [rejection.reason for rejection in parsed.rejected]


TWO = (Instance("cold", "warm"), Instance("dark", "light"))


@pytest.mark.parametrize(
    "text",
    [
        "Example 1\nInput: cold\nOutput: warm\nExample 2\nInput: dark\nOutput: light",
        "Example 1:\nInput: cold\nOutput: warm\n\nExample 2:\nInput: dark\nOutput: light\n",
        "Example:\nInput: cold\nOutput: warm\nExample:\nInput: dark\nOutput: light",
        "Input: cold\nOutput: warm\nInput: dark\nOutput: light",
        "Input 1: cold\nOutput 1: warm\nInput 2: dark\nOutput 2: light",
        "Example 1: Input: cold Output: warm\nExample 2: Input: dark Output: light",
        "Input: cold, Output: warm\nInput: dark, Output: light",
        "Input: cold Output: warm Input: dark Output: light",
        ("**Example 1**\n**Input:** cold\n**Output:** warm\n\n**Example 2**\n**Input:** dark\n**Output:** light"),
        (
            "### Example 1\n\n**Input**: cold\n\n**Output**: warm\n\n---\n\n"
            "### Example 2\n\n**Input**: dark\n\n**Output**: light"
        ),
        "## Example 1\n### Input\ncold\n### Output\nwarm\n## Example 2\n### Input\ndark\n### Output\nlight",
        "Example 1 (easy)\nInput: cold\nOutput: warm\nExample 2 (hard)\nInput: dark\nOutput: light",
        "1. Input: cold\n   Output: warm\n2. Input: dark\n   Output: light",
        "- Input: cold\n- Output: warm\n- Input: dark\n- Output: light",
        "Example Input: cold\nExample Output: warm\nExample Input: dark\nExpected output: light",
        "```\nExample 1\nInput: cold\nOutput: warm\nExample 2\nInput: dark\nOutput: light\n```",
        "Here you go:\n```\nInput: cold\nOutput: warm\nInput: dark\nOutput: light\n```",
        ("Sure! Here are two examples:\n\nExample 1\nInput: cold\nOutput: warm\nExample 2\nInput: dark\nOutput: light"),
        (
            "Example 1\nInput: cold\nOutput: warm\nExample 2\nInput: dark\nOutput: light\n\n"
            "Let me know if you need more!"
        ),
        "<think>Input: x</think>Example 1\nInput: cold\nOutput: warm\nExample 2\nInput: dark\nOutput: light",
        "Task: Do it.\nExample 1\nInput: cold\nOutput: warm\nExample 2\nInput: dark\nOutput: light",
        ("Example 1\nInput: cold\nOutput: warm\nExample 2\nInput: dark\nOutput: light\n\nTask: Another.\nOutput: x"),
        "Example 1\nInput: cold\nAnswer: warm\nExample 2\nInput: dark\nAnswer: light",
        "Example 1\r\nInput: cold\r\nOutput: warm\r\nExample 2\r\nInput: dark\r\nOutput: light",
    ],
)
def test_input_and_output_are_read_in_any_common_form(text: str) -> None:
    assert parse(text).kept == TWO


def test_a_field_of_the_model_s_own_naming_stays_in_the_input() -> None:
    assert parse("Example 1\nWord: cold\nOutput: warm").kept == (Instance("Word: cold", "warm"),)


def test_an_output_alone_has_an_empty_input() -> None:
    assert parse("Output:\n- bread\n- salt").kept == (Instance("", "- bread\n- salt"),)


def test_a_colon_after_example_is_no_part_of_the_input() -> None:
    assert parse("Example: cold\nOutput: warm").kept == (Instance("cold", "warm"),)


def test_the_title_of_an_example_is_rejected_where_an_input_follows() -> None:
    parsed = parse("Example 1: weather\nInput: cold\nOutput: warm")
    assert parsed.kept == TWO[:1]
    assert [rejection.text for rejection in parsed.rejected] == ["weather"]


def test_the_word_example_inside_a_sentence_does_not_split() -> None:
    text = "Example 1\nInput: a riddle\nOutput: As in Example 2 of the book.\nExample 3 shows it too."
    assert parse(text).kept == (Instance("a riddle", "As in Example 2 of the book.\nExample 3 shows it too."),)


def test_the_word_example_inside_an_answer_does_not_split() -> None:
    text = "It means to die.\nExample: He kicked the bucket."
    assert parse(f"Output: {text}").kept == (Instance("", text),)


def test_a_second_output_without_input_is_a_second_instance() -> None:
    assert parse("Output: one\nOutput: two").kept == (Instance("", "one"), Instance("", "two"))


def test_a_second_output_for_one_input_is_rejected_not_lost() -> None:
    parsed = parse("Input: cold\nOutput: warm\nOutput: hot")
    assert parsed.kept == TWO[:1]
    assert reasons(parsed) == [Reason.CONFLICTING_OUTPUT]


def test_an_empty_output_after_an_answer_is_ignored() -> None:
    assert parse("Answer: It is 26.\n\nOutput:\n").kept == (Instance("", "It is 26."),)


def test_an_example_without_output_among_others_is_rejected() -> None:
    parsed = parse("Example 1\nInput: fog\nExample 2\nInput: cold\nOutput: warm")
    assert parsed.kept == TWO[:1]
    assert reasons(parsed) == [Reason.EMPTY_OUTPUT]


def test_examples_of_two_own_fields_are_pairs() -> None:
    text = "Example 1\nWord: cold\nOpposite: warm\nExample 2\nWord: dark\nOpposite: light"
    assert parse(text).kept == (Instance("Word: cold", "warm"), Instance("Word: dark", "light"))


def test_examples_in_prose_are_outputs() -> None:
    assert parse("Example 1\nI would walk.\nExample 2\nI would run.").kept == (
        Instance("", "I would walk."),
        Instance("", "I would run."),
    )


DIALOGUE = "Speaker 1: Shall we go?\nSpeaker 2: Not yet."


def test_a_dialogue_without_an_answer_is_rejected() -> None:
    parsed = parse(f"Example 1\n{DIALOGUE}", instruction="Identify the mood of the dialogue.")
    assert parsed.kept == ()
    assert reasons(parsed) == [Reason.EMPTY_OUTPUT]


def test_a_dialogue_that_was_asked_for_is_an_output() -> None:
    assert parse(DIALOGUE, instruction="Write a dialogue.").kept == (Instance("", DIALOGUE),)


def test_a_response_without_markers_is_an_output() -> None:
    assert parse("Stir the dough.\n\nLet it rest.").kept == (Instance("", "Stir the dough.\n\nLet it rest."),)


def test_a_remark_before_an_unmarked_answer_is_rejected() -> None:
    parsed = parse("Sure, here is the code:\n```python\nprint(1)\n```\n")
    assert parsed.kept == (Instance("", "```python\nprint(1)\n```"),)
    assert reasons(parsed) == [Reason.PREAMBLE]


@pytest.mark.parametrize("text", ["", "Output: ", "Input: a safe\nOutput: "])
def test_a_refusal_is_no_instance(text: str) -> None:
    read = read_instances(Completion(f"{text}I'm sorry, but I cannot assist with that."), is_classification=False)
    assert read.kept == ()
    assert reasons(read) == [Reason.REFUSAL]


@pytest.mark.parametrize("is_classification", [True, False])
def test_markers_that_are_not_known_are_rejected_with_their_words(is_classification: bool) -> None:
    parsed = parse_instances(
        Completion("예시 1\n입력: 뜨겁다\n출력: 차갑다\n예시 2\n입력: 빠르다\n출력: 느리다"),
        is_classification=is_classification,
    )
    assert parsed.kept == ()
    assert [(one.reason, one.detail) for one in parsed.rejected] == [(Reason.UNKNOWN_MARKERS, "예시, 입력, 출력")]


@given(
    st.sampled_from(["N/A", "n/a", "None", "<noinput>", "(no input needed)", "No input required.", "[none]", "(없음)"]),
    st.sampled_from(["Output: one", "Output: one\n\nExample 2\nInput: {}\nOutput: two"]),
)
def test_a_placeholder_is_an_empty_input_and_makes_no_conflict(placeholder: str, rest: str) -> None:
    text = f"Example 1\nInput: {placeholder}\n{rest.format(placeholder)}"
    completion = Completion(text)
    read = read_instances(completion, is_classification=False, instruction="Write a line of verse.", language="ko")
    assert read.kept == tuple(Instance("", word) for word in ("one", "two") if word in rest)
    assert read.rejected == ()


def test_a_label_with_a_placeholder_has_an_empty_input() -> None:
    assert parse_labels("Class label: joy\nInput: N/A").kept == (Instance("", "joy"),)


def test_strict_mode_keeps_placeholders_and_refusals_as_the_reference_does() -> None:
    text = "Example 1\nInput: N/A\nOutput: I'm sorry, but I cannot assist with that."
    read = read_instances(Completion(text), is_classification=False, mode="strict")
    assert read.kept == (Instance("N/A", "I'm sorry, but I cannot assist with that."),)


def test_markers_in_a_code_fence_are_code() -> None:
    code = "```python\nprint('x')\nOutput: y\n```"
    assert parse(f"Input: cold\nOutput:\n{code}").kept == (Instance("cold", code),)


def test_the_next_task_of_an_echoing_model_is_rejected() -> None:
    parsed = parse("Output: one\n\nTask: Name a bird.\nOutput: two")
    assert parsed.kept == (Instance("", "one"),)
    assert reasons(parsed) == [Reason.PROMPT_ECHO]


def test_the_same_task_once_more_at_the_end_is_no_echo_before_the_answer() -> None:
    parsed = parse("Input: cold\nOutput: warm\n\nTask: Do it.\n")
    assert parsed.kept == TWO[:1]
    assert [rejection.detail for rejection in parsed.rejected] == ["the next task"]


def test_an_echoed_prompt_is_skipped_up_to_the_task() -> None:
    echo = "Write examples.\n\nTask: Name a bird.\nOutput: robin\n\n"
    parsed = parse(f"{echo}Task: Do it.\nInput: cold\nOutput: warm")
    assert parsed.kept == TWO[:1]
    assert reasons(parsed) == [Reason.PROMPT_ECHO]


def test_a_response_cut_by_length_loses_its_last_example() -> None:
    parsed = parse("Input: cold\nOutput: warm\nInput: dark\nOutput: li", "length")
    assert parsed.kept == TWO[:1]
    assert reasons(parsed) == [Reason.TRUNCATED]


def test_an_example_cut_before_its_output_costs_no_complete_one() -> None:
    parsed = parse("Example 1\nInput: cold\nOutput: warm\nExample 2\nInput: da", "length")
    assert parsed.kept == TWO[:1]
    assert reasons(parsed) == [Reason.TRUNCATED]


def test_a_response_whose_end_was_cut_off_anyway_is_not_cut_twice() -> None:
    assert parse("Input: cold\nOutput: warm\n\nTask: Name a", "length").kept == TWO[:1]


LABELS = (Instance("I won!", "joy"), Instance("It broke.", "anger"))


@pytest.mark.parametrize(
    "text",
    [
        "Class label: joy\nI won!\nClass label: anger\nIt broke.",
        "Class label: joy\nInput: I won!\nClass label: anger\nInput: It broke.",
        "Class Label: joy\n\nI won!\n\nClass Label: anger\n\nIt broke.",
        "**Class label:** joy\nI won!\n\n**Class label:** anger\nIt broke.",
        "1. Class label: joy\n   I won!\n2. Class label: anger\n   It broke.",
        "### Example 1\nClass label: joy\nI won!\n\n### Example 2\nClass label: anger\nIt broke.",
        "Class label: **joy**\nI won!\nClass label: `anger`\nIt broke.",
        "Class label: joy Input: I won!\nClass label: anger Input: It broke.",
        "Here are examples:\nClass label: joy\nI won!\nClass label: anger\nIt broke.",
        "Input: I won!\nClass label: joy\n\nInput: It broke.\nClass label: anger",
        "Input: I won!\nOutput: joy\nInput: It broke.\nOutput: anger",
        "Task: Sort it.\nClass label: joy\nI won!\nClass label: anger\nIt broke.\n\nTask: Next.",
    ],
)
def test_labels_and_inputs_are_read_in_any_common_form(text: str) -> None:
    assert parse_labels(text).kept == LABELS


def test_quotes_and_full_stop_of_a_label_stay() -> None:
    assert parse_labels('Class label: "joy".\nI won!').kept == (Instance("I won!", '"joy".'),)


def test_a_label_may_stand_without_input() -> None:
    assert parse_labels("Class label: joy\nClass label: anger").kept == (
        Instance("", "joy"),
        Instance("", "anger"),
    )


def test_the_last_label_of_a_response_cut_by_length_is_rejected() -> None:
    parsed = parse_labels("Class label: joy\nI won!\nClass label: anger\nIt br", "length")
    assert parsed.kept == LABELS[:1]
    assert reasons(parsed) == [Reason.TRUNCATED]


def test_a_classification_response_without_labels_is_no_instance() -> None:
    assert reasons(parse_labels("joy or anger")) == [Reason.NO_INSTANCE]


@pytest.mark.parametrize("text", ["Input:\n\n", "Example 1", "Output:", "Class label:", "Example 1\nExample 2\n"])
def test_markers_without_text_leave_a_reason_or_an_empty_instance(text: str) -> None:
    parsed = parse(text)
    assert all(instance.output == "" for instance in parsed.kept)
    assert parsed.kept or parsed.rejected


@pytest.mark.parametrize("is_classification", [True, False])
def test_an_exact_echo_of_the_prompt_is_cut_off(is_classification: bool) -> None:
    prompt = "Rules.\n\nTask: Old.\nOutput: old\n\nTask: Do it."
    parsed = parse_instances(
        Completion(f"{prompt}\nInput: cold\nOutput: warm"), is_classification=is_classification, prompt=prompt
    )
    assert parsed.kept == TWO[:1]
