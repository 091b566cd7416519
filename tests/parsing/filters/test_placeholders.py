"""What stands in place of an input is none."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing.filters.placeholders import without_placeholder

PLACEHOLDERS = st.sampled_from(
    [
        ("N/A", "en"),
        ("None", "en"),
        ("noinput", "en"),
        ("no input", "en"),
        ("no input needed", "en"),
        ("No input required", "en"),
        ("no additional input is necessary", "en"),
        ("not applicable", "en"),
        ("입력 없음", "ko"),
        ("入力なし", "ja"),
        ("无输入", "zh"),
        ("keine Eingabe", "de"),
        ("sin entrada", "es"),
        ("aucune entrée", "fr"),
        ("ไม่มี", "th"),
    ]
)
MARKS = st.sampled_from(["{}", "{}.", "<{}>", "({})", "[{}]", "({}.)", "**{}**", '"{}"', " {}\n", "`{}`", "{{{}}}"])
CASES = st.sampled_from([str.lower, str.upper, str.capitalize])


@given(PLACEHOLDERS, MARKS, CASES)
def test_a_placeholder_in_any_spelling_is_an_empty_input(
    placeholder: tuple[str, str], marks: str, case: Callable[[str], str]
) -> None:
    text, language = placeholder
    assert without_placeholder(marks.format(case(text)), language) == ""


@given(PLACEHOLDERS, st.sampled_from([" of them came", " voltage was measured", "x", " and so on"]))
def test_a_text_that_only_begins_as_a_placeholder_stays(placeholder: tuple[str, str], rest: str) -> None:
    text, language = placeholder
    assert without_placeholder(text + rest, language) == text + rest


@pytest.mark.parametrize("text", ["Na", "no", "0", "-", "null", "empty", "sin", "nothing", ""])
def test_short_inputs_stay(text: str) -> None:
    assert without_placeholder(text) == text
