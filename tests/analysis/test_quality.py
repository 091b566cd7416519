"""Faults of a model's answers: told when they are frequent, never for a few, never for good answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.analysis.quality import Fault, QualityWatch, loop_in
from distilabel_selfinstruct.records import Reason, Stage

FIRST, SECOND, THIRD, FOURTH = Stage

LOOP = "Example 1\nInput: a cat\nOutput: " + "the cat sat on the mat. " * 30
GOOD = "Example 1\nInput: a cat\nOutput: A small animal that likes to sleep in the sun and hunts mice at night."


def told(watch: QualityWatch) -> list[tuple[Stage, Fault]]:
    return [(hint.stage, hint.fault) for hint in watch.hints()]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (LOOP, "the cat sat on the mat."),
        ("\n".join(f"{number}. Name a river in Europe." for number in range(9, 60)), "0. Name a river in Europe."),
        ("Intro. " + "-" * 80, "-"),
    ],
)
def test_a_text_that_repeats_itself_at_its_end_is_a_loop(text: str, unit: str) -> None:
    assert loop_in(text) == unit


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "",
        "yes yes yes",
        LOOP + "And then it went away, and nobody ever saw it again in the whole of the town, high or low.",
        "\n".join(
            f"{number}. {text}" for number, text in enumerate(["Name a river.", "Sing a song.", "Count."] * 1, 9)
        ),
    ],
)
def test_a_text_that_finds_an_end_is_none(text: str) -> None:
    assert loop_in(text) == ""


@given(st.text(alphabet="abc ,.\n", min_size=20, max_size=80), st.integers(4, 9), st.text(alphabet="xyz ", max_size=80))
def test_any_unit_that_comes_four_times_is_found_whatever_stands_before(unit: str, times: int, before: str) -> None:
    assert loop_in(before + unit * times)


@given(st.lists(st.integers(0, 10**6), min_size=10, max_size=40, unique=True))
def test_texts_of_different_words_are_never_loops(numbers: list[int]) -> None:
    words = ["".join(chr(ord("a") + int(digit)) for digit in str(number)) for number in numbers]
    assert loop_in(" ".join(sorted(set(words), key=words.index))) == ""


def test_loops_are_told_once_a_fifth_of_the_answers_is_one() -> None:
    watch = QualityWatch()
    for _ in range(8):
        watch.answer(THIRD, GOOD, truncated=False)
    for _ in range(2):
        watch.answer(THIRD, LOOP, truncated=True)
    assert told(watch) == []
    watch.answer(THIRD, LOOP, truncated=True)
    (hint,) = watch.hints()
    assert (hint.stage, hint.fault, hint.count, hint.looked_at) == (THIRD, Fault.LOOPS, 3, 11)
    assert hint.text == (
        "3 of 11 answers repeat themselves up to the token limit, as in 'the cat sat on the mat.'. Raise a penalty "
        "(`decoding=instance_generation.frequency_penalty=0.5`), or use another model."
    )


def test_a_repetition_that_ends_by_itself_is_no_loop() -> None:
    watch = QualityWatch()
    for _ in range(30):
        watch.answer(THIRD, LOOP, truncated=False)
    assert told(watch) == []


@pytest.mark.parametrize(
    ("reason", "detail"),
    [(Reason.NEAR_DUPLICATE, "ROUGE-L 1.000 with: Sing."), (Reason.PROMPT_ECHO, "an example of the prompt")],
)
def test_candidates_that_copy_what_was_shown_are_told_when_they_are_half(reason: Reason, detail: str) -> None:
    watch = QualityWatch()
    watch.admitted(9)
    for request in range(8):
        watch.rejection(FIRST, reason, detail, request)
    assert told(watch) == []
    watch.rejection(FIRST, reason, detail, 8)
    assert told(watch) == [(FIRST, Fault.COPIES)]


def test_answers_that_copy_the_examples_count_once_and_for_the_stage_that_was_asked() -> None:
    watch = QualityWatch()
    for request in range(10):
        watch.answer(THIRD, GOOD, truncated=False)
        if request < 8:
            for _ in range(2):
                watch.rejection(FOURTH, Reason.PROMPT_ECHO, "an instance of the prompt", request)
    assert [(hint.stage, hint.count, hint.looked_at) for hint in watch.hints()] == [(THIRD, 8, 10)]


@pytest.mark.parametrize(
    ("reason", "detail"),
    [
        (Reason.PROMPT_ECHO, "the next task"),
        (Reason.PROMPT_ECHO, "the header of the prompt"),
        (Reason.NEAR_DUPLICATE, "ROUGE-L 0.917 with: Sing."),
        (Reason.TOO_SHORT, "2 words"),
    ],
)
def test_what_base_models_write_after_an_answer_and_near_duplicates_are_no_copies(reason: Reason, detail: str) -> None:
    watch = QualityWatch()
    for request in range(50):
        watch.answer(THIRD, GOOD, truncated=False)
        watch.rejection(FOURTH, reason, detail, request)
        watch.rejection(FIRST, reason, detail, request)
    assert told(watch) == []


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (True, "All 30 tasks so far count as classification tasks."),
        (False, "None of the 30 tasks so far counts as a classification task."),
    ],
)
def test_one_verdict_for_everything_is_told_after_thirty(verdict: bool, words: str) -> None:
    watch = QualityWatch()
    for _ in range(29):
        watch.verdict(is_classification=verdict)
    assert told(watch) == []
    watch.verdict(is_classification=verdict)
    (hint,) = watch.hints()
    assert hint.text.startswith(words)
    watch.verdict(is_classification=not verdict)
    assert told(watch) == []


def test_answers_that_were_only_taken_for_a_no_are_none() -> None:
    watch = QualityWatch()
    for request in range(40):
        watch.verdict(is_classification=False)
        watch.rejection(SECOND, Reason.UNCLEAR_ANSWER, "Perhaps", request)
    assert told(watch) == []


def test_all_yes_is_right_where_only_classification_tasks_are_wanted() -> None:
    watch = QualityWatch(classification_only=True)
    for _ in range(40):
        watch.verdict(is_classification=True)
    assert told(watch) == []


@pytest.mark.parametrize(
    "error",
    [
        "BadRequestError: Error code: 400 - This model's maximum context length is 1024 tokens",
        "the request exceeds the available context size (1024 tokens), try increasing it",
        "Error code: 400 - {'error': {'type': 'exceed_context_size_error'}}",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "The input token count (1500) exceeds the maximum number of tokens allowed (1024).",
    ],
)
def test_a_context_that_is_too_short_is_told_at_once_with_what_is_needed(error: str) -> None:
    watch = QualityWatch(prompt_tokens={THIRD: 1900})
    watch.failure(THIRD, error)
    (hint,) = watch.hints()
    assert hint.text == (
        "The model's context is too short for the prompts, which need about 1,900 tokens. Start the server with a "
        "longer context, or start over (`fresh`) with shorter answers (`decoding=instance_generation.max_tokens=N`)."
    )


def test_other_failures_say_nothing_about_the_context() -> None:
    watch = QualityWatch()
    watch.failure(THIRD, "RateLimitError: Error code: 429 - Rate limit reached for tokens per minute")
    assert told(watch) == []
