import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.words import (
    count_words,
    escape_controls,
    length_in_words,
    primary_language,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Name three rivers.", 3),
        ("a - b", 2),
        ("", 0),
        ("!!! ???", 0),
        ("把句子翻译成英文", 4),
        ("要約する", 2),
        ("오늘의 날씨를 알려주세요", 6),
        ("Python 함수를 작성", 4),
        ("ภาษาไทย", 2),
        ("把 Python code 翻译", 4),
    ],
)
def test_words_are_counted_by_the_script(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(("tag", "language"), [("en", "en"), ("pt-BR", "pt"), ("zh_Hans", "zh"), (" KO ", "ko")])
def test_the_language_of_a_tag_is_its_first_part(tag: str, language: str) -> None:
    assert primary_language(tag) == language


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a - b", 3),
        ("a – “b”", 3),
        ("Größe ?", 2),
        ("", 0),
        ("天气很好。", 2),
        ("把 Python code 翻译！", 4),
        ("ภาษาไทย", 2),
    ],
)
def test_lengths_are_the_papers_where_words_stand_between_spaces(text: str, words: int) -> None:
    assert length_in_words(text) == words


@given(st.text(st.characters()))
def test_what_a_terminal_would_obey_is_written_out_as_json_does(text):
    shown = escape_controls(text)
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in shown if letter not in "\n\t")
    assert escape_controls(shown) == shown
    plain = "".join(letter for letter in text if letter not in '"\\\n\t')
    assert json.loads(f'"{escape_controls(plain)}"') == plain
