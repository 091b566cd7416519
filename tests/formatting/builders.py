"""Rows to format, and texts that try to break a template."""

from typing import Any

from hypothesis import strategies as st

from distilabel_selfinstruct.records import Row

_SLOTS = ["{input}", "{instruction}", "{", "}", "{}", "{0}", "%s"]
_MARKS = [":", "Output:", "Text: ", "\uff1a", "<|im_end|>", "\n\n", "\u2028"]
_TRICKY = st.sampled_from(_SLOTS + _MARKS)
TEXTS = st.one_of(st.text(max_size=40), st.lists(st.one_of(_TRICKY, st.text(max_size=8)), max_size=6).map("".join))
FILLED = TEXTS.filter(lambda text: bool(text.strip()) and "<|endoftext|>" not in text)
ROWS = st.fixed_dictionaries({"instruction": FILLED, "input": TEXTS, "output": FILLED})


def a_row(instruction: str = "Name the opposite.", input: str = "cold", output: str = "hot", **more: Any) -> Row:
    return {"instruction": instruction, "input": input, "output": output, **more}


def some_rows(count: int) -> list[Row]:
    return [
        a_row(f"Task number {number}.", f"in {number}" if number % 2 else "", str(number)) for number in range(count)
    ]
