import pytest

from distilabel_selfinstruct.parsing.filters.asked import asks_for_labelled_lines, asks_for_writing, has_many_answers


@pytest.mark.parametrize(
    ("instruction", "language"),
    [
        ("", "en"),
        ("Write a poem about rain.", "en"),
        ("Make up a proverb about patience.", "en"),
        ("Read the plot. Then write a title for it.", "en"),
        ("Give a tip to hikers.", "en"),
        ("List three kinds of cheese.", "en"),
        ("봄에 대한 시를 써 주세요.", "ko"),
        ("春の俳句を作ってください。", "ja"),
        ("写一首关于雨的诗。", "zh"),
        ("Schreibe ein Gedicht.", "de"),
        ("Escribe un poema.", "es"),
        ("Écris un poème.", "fr"),
    ],
)
def test_tasks_with_many_good_answers(instruction: str, language: str) -> None:
    assert has_many_answers(instruction, language)


@pytest.mark.parametrize(
    "instruction",
    ["How many sides has a box?", "What is the capital of Peru?", "Explain why ice floats.", "Describe how it works."],
)
def test_tasks_with_one_answer(instruction: str) -> None:
    assert not has_many_answers(instruction)


def test_a_dialogue_is_an_answer_where_one_is_to_be_written() -> None:
    assert asks_for_writing("Write a dialogue between two friends.")
    assert not asks_for_writing("Summarize the dialogue.")
    assert asks_for_labelled_lines("Show a dialogue of two friends.")
    assert not asks_for_labelled_lines("Summarize the dialogue.")
