"""The check of a file for OpenAI."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import FormatOptions, check_openai_file, format_row
from distilabel_selfinstruct.formatting.openai_rules import faults
from tests.formatting.builders import ROWS, Row, some_rows

USER = {"role": "user", "content": "cold?"}
ASSISTANT = {"role": "assistant", "content": "hot"}
OPENAI = FormatOptions(format="openai")


def check(folder: Path, rows: list[Row]) -> list[tuple[int, str, str]]:
    jsonl.write(folder / "openai.jsonl", rows)
    found = check_openai_file(folder / "openai.jsonl")
    return [(finding.line, finding.severity, finding.message) for finding in found]


@given(row=ROWS)
def test_what_we_format_has_no_fault(row: Row) -> None:
    formatted = format_row(row, FormatOptions(format="openai", system_prompt="Be brief."))
    assert isinstance(formatted, dict)
    assert list(faults(formatted)) == []


def test_ten_examples_are_enough(tmp_path: Path) -> None:
    assert check(tmp_path, [{"messages": [USER, ASSISTANT]}] * 10) == []


def test_nine_examples_are_too_few(tmp_path: Path) -> None:
    message = "there are 9 examples and OpenAI wants at least 10"
    assert check(tmp_path, [{"messages": [USER, ASSISTANT]}] * 9) == [(0, "error", message)]


def test_a_very_long_example_is_a_warning(tmp_path: Path) -> None:
    rows = [format_row(row, OPENAI) for row in some_rows(12)]
    rows[3] = {"messages": [USER, {**ASSISTANT, "content": "hot " * 70_000}]}
    (finding,) = check(tmp_path, rows)  # type: ignore[arg-type]
    assert finding[:2] == (4, "warning")
    assert finding[2].startswith("about 70,0")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({}, "'messages' is not a list of messages"),
        ({"messages": []}, "'messages' is not a list of messages"),
        ({"messages": [USER, ASSISTANT], "id": 3}, "the keys id are unknown beside 'messages'"),
        ({"messages": ["hot"]}, "message 1 is not an object"),
        ({"messages": [USER]}, "the last message is not from the assistant"),
        ({"messages": [USER, {**ASSISTANT, "content": " "}]}, "message 2: there is no content"),
        ({"messages": [USER, {**ASSISTANT, "content": None}]}, "message 2: there is no content"),
        ({"messages": [{**USER, "role": "human"}, ASSISTANT]}, "message 1: the role is 'human'"),
        ({"messages": [{**USER, "from": "me"}, ASSISTANT]}, "message 1: the keys from are unknown"),
    ],
)
def test_each_fault_is_named(row: Any, fault: str) -> None:
    assert any(message.startswith(fault) for message in faults(row))


def test_a_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [{"messages": [USER, ASSISTANT]}] * 10)
    with (tmp_path / "rows.jsonl").open("a") as stream:
        stream.write("oops\n")
    (finding,) = check_openai_file(tmp_path / "rows.jsonl")
    assert (finding.line, finding.severity) == (11, "error")
