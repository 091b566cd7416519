"""What a file says under `is_classification` is what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.task_types import is_classification_task, read_task_type

SPACED = st.sampled_from(["{}", " {}", "{} ", "{}.", "{}\n", '"{}"'])
CASED = st.sampled_from([str.lower, str.upper, str.title])


@given(st.sampled_from(["yes", "true", "1", "y", "t"]), SPACED, CASED)
def test_a_text_that_says_yes_is_true(word, spaced, cased):
    assert read_task_type(spaced.format(cased(word))) is True


@given(st.sampled_from(["no", "false", "0", "n", "f", "0.0"]), SPACED, CASED)
def test_a_text_that_says_no_is_false(word, spaced, cased):
    assert read_task_type(spaced.format(cased(word))) is False


@pytest.mark.parametrize("value", [None, "", " ", "null", "NaN", float("nan")])
def test_nothing_says_nothing(value):
    assert read_task_type(value) is None
    assert is_classification_task(value) is False


@pytest.mark.parametrize(("value", "expected"), [(True, True), (False, False), (1, True), (0, False), (1.0, True)])
def test_truth_values_and_numbers_are_what_they_are(value, expected):
    assert read_task_type(value) is expected


@pytest.mark.parametrize("value", ["maybe", "classification", 2, -1, 0.5, [], ["No"], {}])
def test_anything_else_is_refused_and_never_true(value):
    with pytest.raises(ValueError, match="under is_classification, not true or false"):
        read_task_type(value)
    assert is_classification_task(value) is False
