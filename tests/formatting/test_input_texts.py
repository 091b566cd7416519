"""What may happen to an input, in the two modes."""

import pytest
from hypothesis import given

from distilabel_selfinstruct.formatting.input_texts import input_variants
from tests.formatting.builders import TEXTS


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Sentence: It rains.", "It rains."),
        ("Line segment: (0, 0)", "(0, 0)"),
        ("Code:\nfor i in x", "for i in x"),
        ("Data: a\n\nb", "a\n\nb"),
        ("Übung: rechne", "rechne"),
        ("文章：今天下雨。", "今天下雨。"),
    ],
)
def test_a_label_at_the_start_goes(text: str, without: str) -> None:
    assert input_variants(text) == (text, without)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It rains.",
        "https://example.com",
        "12:30",
        "3: a number before a colon",
        'n = int(input("A number: "))',
        "def f(x):\n    return x",
        "Dear all,\n\nthe papers are below:\n\nhere",
        "It rains in Lima.\nQuestion: where?",
        "Instability : Turmoil:: Change :",
        "The Great Lakes: Huron, Ontario, Erie",
        "Ann: hi\nBen: ho",
        "Ann: hi\nAnn: ho",
        "Email:",
        "Paragraph one.\n\nParagraph two.",
    ],
)
def test_everything_else_stays_in_default_mode(text: str) -> None:
    assert input_variants(text) == (text, text)


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("Sentence: It rains.", "It rains."),
        ("Line segment: (0, 0)", "(0, 0)"),
        ("It rains in Lima.\nQuestion: where?", "where?"),
        ("Ann: hi\nAnn: ho", "hi\nAnn: ho"),
        ("Ann: hi\nBen: ho", "Ann: hi\nBen: ho"),
        ("Instability : Turmoil:: Change :", "Turmoil:: Change :"),
        ("https://example.com", "//example.com"),
        ("a\n\nb", "a\nb"),
        ("a\n\n\nb", "a\n\nb"),
        ("Word : x", "Word : x"),
        ("Email:", ""),
    ],
)
def test_strict_mode_cuts_as_the_reference_does(text: str, variant: str) -> None:
    assert input_variants(text, "strict") == (text, variant)


@given(TEXTS)
def test_the_first_form_is_the_text_itself(text: str) -> None:
    assert input_variants(text)[0] == input_variants(text, "strict")[0] == text


@given(TEXTS)
def test_default_mode_keeps_the_end_of_a_text_and_at_least_something(text: str) -> None:
    _, without = input_variants(text)
    assert text.endswith(without)
    assert bool(without) == bool(text)
