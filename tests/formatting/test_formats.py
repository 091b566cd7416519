"""One example in every format."""

from typing import Any

import pytest
from hypothesis import given

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.formatting import CHAT_FORMATS, COLUMNS, FORMATS, FormatOptions, format_row
from distilabel_selfinstruct.records import Rejection
from tests.formatting.builders import ROWS, Row, a_row

EVERY_FORMAT = pytest.mark.parametrize("name", FORMATS)
USER = {"role": "user", "content": "Name the opposite.\n\ncold"}
ASSISTANT = {"role": "assistant", "content": "hot"}


def formatted(row: Row, format: Any, **options: Any) -> Row:
    result = format_row(row, FormatOptions(format=format, **options))
    assert not isinstance(result, Rejection)
    return result


def answer_of(row: Row) -> str:
    """The output, read back from a row of any format."""
    if "conversations" in row:
        return row["conversations"][-1]["value"]
    if "messages" in row:
        return row["messages"][-1]["content"]
    if "output" in row:
        return row["output"]
    if isinstance(row["completion"], list):
        return row["completion"][-1]["content"]
    completion = row["completion"].removesuffix("<|endoftext|>")
    return completion.removeprefix(" ") if row["prompt"].endswith("Output:") else completion


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai", {"messages": [USER, ASSISTANT]}),
        ("trl-conversational", {"messages": [USER, ASSISTANT]}),
        ("trl-conversational-prompt-completion", {"prompt": [USER], "completion": [ASSISTANT]}),
        ("alpaca", {"instruction": "Name the opposite.", "input": "cold", "output": "hot"}),
        (
            "sharegpt",
            {"conversations": [{"from": "human", "value": USER["content"]}, {"from": "gpt", "value": "hot"}]},
        ),
        (
            "self-instruct",
            {"prompt": "Name the opposite.\nInput: cold\nOutput:", "completion": " hot<|endoftext|>"},
        ),
        ("trl-prompt-completion", {"prompt": "Name the opposite.\nInput: cold\nOutput:", "completion": " hot"}),
    ],
)
def test_a_row_in_each_format(name: str, expected: Row) -> None:
    # With this seed the first template is drawn.
    assert formatted(a_row(), name, random_seed=16) == expected


@EVERY_FORMAT
@given(row=ROWS)
def test_every_row_has_the_columns_of_its_format_and_the_output_is_found_again(name: str, row: Row) -> None:
    result = formatted(row, name)
    assert tuple(result) == COLUMNS[name]  # type: ignore[index]
    assert answer_of(result).strip() == row["output"].strip()


@EVERY_FORMAT
def test_other_columns_are_left_out(name: str) -> None:
    assert formatted(a_row(model_name="m", nearest_rouge_l=0.2), name) == formatted(a_row(), name)


@EVERY_FORMAT
@pytest.mark.parametrize("given_input", [None, "", "  \n"])
def test_no_input_and_a_blank_one_are_alike(name: str, given_input: str | None) -> None:
    row = {"instruction": "Say hello.", "output": "Hello!"}
    assert formatted({**row, "input": given_input}, name) == formatted(row, name)


@pytest.mark.parametrize("name", CHAT_FORMATS)
def test_a_system_prompt_comes_first(name: str) -> None:
    row = formatted(a_row(), name, system_prompt="Be brief.")
    turns = row.get("messages") or row.get("conversations") or row["prompt"]
    assert list(turns[0].values()) == ["system", "Be brief."]
    assert len(turns) == len(formatted(a_row(), name).get(next(iter(row)))) + 1  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in CHAT_FORMATS])
def test_a_system_prompt_is_refused_where_there_is_no_room_for_it(name: Any) -> None:
    with pytest.raises(ConfigError, match=f"The format {name} has no room for a system prompt"):
        FormatOptions(format=name, system_prompt="Be brief.")


@pytest.mark.parametrize(
    ("join", "content"),
    [
        ("blank-line", "Name the opposite.\n\ncold"),
        ("newline", "Name the opposite.\ncold"),
        ("labeled", "Name the opposite.\n\nInput: cold"),
    ],
)
def test_instruction_and_input_can_be_joined_otherwise(join: Any, content: str) -> None:
    assert formatted(a_row(), "openai", join=join)["messages"][0]["content"] == content


@pytest.mark.parametrize(("name", "value"), [("format", "xml"), ("mode", "loose"), ("join", "comma")])
def test_a_value_that_does_not_exist_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"^{name} is '{value}': give one of "):
        FormatOptions(**{name: value})


def test_another_end_of_text_closes_the_completion() -> None:
    assert formatted(a_row(), "self-instruct", end_of_text="</s>")["completion"].strip() == "hot</s>"


def test_no_end_of_text_may_be_wanted() -> None:
    assert formatted(a_row(), "self-instruct", end_of_text="")["completion"].strip() == "hot"
