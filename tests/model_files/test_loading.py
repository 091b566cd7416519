"""What is said of an error of transformers is one line, without the list of what it tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.model_files import loading_fault


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Cannot find x.\nTry y.", "Cannot find x"),
        (
            "Couldn't instantiate the backend tokenizer from one of: \n(1) a file, \n(2) another.",
            "its tokenizer is missing, or of a kind that needs another package",
        ),
        ("It failed since:\n1\n2", "It failed since"),
        ("", "ValueError"),
    ],
)
def test_the_first_line_is_said(message: str, said: str) -> None:
    assert loading_fault(ValueError(message)) == said


@given(st.text())
def test_a_fault_is_one_line_that_no_list_follows(message: str) -> None:
    fault = loading_fault(ValueError(message))
    assert "\n" not in fault
    assert fault
    assert not fault.endswith((".", ":"))
