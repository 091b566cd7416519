"""Many rows: each once, in an order and wording that depend on the seed and the row alone."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import FORMATS, FormatOptions, format_row, format_rows, seed_rows
from distilabel_selfinstruct.records import Rejection
from tests.builders import seed_tasks
from tests.formatting.builders import ROWS, Row, a_row, some_rows

pytestmark = pytest.mark.slow

OPTIONS = FormatOptions()
EVERY_FORMAT = pytest.mark.parametrize("name", FORMATS)


@EVERY_FORMAT
@given(rows=st.lists(ROWS, max_size=8), seed=st.integers())
def test_every_row_is_exported_or_rejected(name: Any, rows: list[Row], seed: int) -> None:
    made = format_rows(rows, FormatOptions(format=name, random_seed=seed), test_fraction=0.3)
    assert len(made.train) + len(made.test) + len(made.rejected) == len(rows)
    assert [rows[bad.number] for bad in made.rejected] == [bad.row for bad in made.rejected]


@given(rows=st.lists(ROWS, max_size=8, unique_by=str), random=st.randoms())
def test_the_order_of_the_rows_changes_nothing(rows: list[Row], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert format_rows(shuffled, OPTIONS).train == format_rows(rows, OPTIONS).train


@given(rows=st.lists(ROWS, min_size=1, max_size=8))
def test_rows_are_worded_alike_alone_and_together(rows: list[Row]) -> None:
    together = format_rows(rows, OPTIONS).train
    assert all(format_row(row, OPTIONS) in together for row in rows)


@EVERY_FORMAT
@pytest.mark.parametrize("placeholder", ["N/A", "<noinput>", "No input required."])
def test_an_input_that_only_says_that_there_is_none_is_written_as_none(name: Any, placeholder: str) -> None:
    options = FormatOptions(format=name)
    assert format_row(a_row(input=placeholder), options) == format_row(a_row(input=""), options)


def test_strict_mode_writes_a_placeholder_as_the_reference_does() -> None:
    options = FormatOptions(format="self-instruct", mode="strict")
    assert "N/A" in str(format_row(a_row(input="N/A"), options))


def test_a_part_stands_in_the_order_of_the_whole() -> None:
    rows = some_rows(60)
    part = format_rows(rows[20:40], OPTIONS).train
    assert tuple(row for row in format_rows(rows, OPTIONS).train if row in part) == part


def test_rows_are_shuffled() -> None:
    made = format_rows(some_rows(50), FormatOptions(format="alpaca")).train
    assert made != tuple(some_rows(50))
    assert sorted(map(str, made)) == sorted(map(str, some_rows(50)))


def test_another_seed_gives_another_order_and_other_wordings() -> None:
    one, other = (format_rows(some_rows(50), FormatOptions(random_seed=seed)).train for seed in (1, 2))
    assert one != other
    assert {row["prompt"] for row in one} != {row["prompt"] for row in other}


def test_equal_rows_are_exported_once_and_the_others_named() -> None:
    made = format_rows([a_row(), a_row(output=" hot\n"), a_row(output="warm")], OPTIONS)
    assert len(made.train) == 2
    assert [(bad.number, bad.rejection.reason.value) for bad in made.rejected] == [(1, "duplicate")]


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (a_row(instruction=" "), "empty", "instruction"),
        ({"output": "hot"}, "empty", "no instruction column"),
        ({"instruction": "Say hello."}, "empty_output", "no output column"),
        (a_row(output="\n"), "empty_output", ""),
        (a_row(output=None), "empty_output", ""),
        (a_row(output=5), "unreadable", "output is not a text"),
        (a_row(input=["cold"]), "unreadable", "input is not a text"),
        (a_row(output="hot<|endoftext|> or warm"), "unreadable", "output holds <|endoftext|>"),
    ],
)
def test_a_row_that_cannot_be_trained_on_is_rejected_with_its_reason(row: Row, reason: str, detail: str) -> None:
    made = format_rows([row], OPTIONS)
    assert made.train == ()
    assert made.reasons == {reason: 1}
    assert made.rejected[0].rejection.detail == detail


def test_strict_mode_trains_on_empty_outputs_as_the_reference_does() -> None:
    (row,) = format_rows([a_row(output="")], FormatOptions(mode="strict")).train
    assert row["completion"].strip() == "<|endoftext|>"


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "self-instruct"])
def test_no_other_format_takes_an_empty_output(name: Any) -> None:
    assert isinstance(format_row(a_row(output=""), FormatOptions(format=name, mode="strict")), Rejection)


def test_all_rows_of_an_instruction_are_on_one_side_of_the_split() -> None:
    rows = [a_row(f"Task {number // 4}.", str(number), "out") for number in range(800)]
    made = format_rows(rows, FormatOptions(format="alpaca"), test_fraction=0.25)
    train, test = ({row["instruction"] for row in part} for part in (made.train, made.test))
    assert not train & test
    assert 120 < len(made.test) < 280


def test_more_rows_move_no_row_over_the_split() -> None:
    few, many = (format_rows(some_rows(count), OPTIONS, test_fraction=0.5) for count in (40, 80))
    assert set(map(str, few.test)) <= set(map(str, many.test))


def test_seed_tasks_become_rows() -> None:
    assert list(seed_rows(seed_tasks(1))) == [
        {"instruction": seed_tasks(1)[0].instruction, "input": "", "output": "answer 0"}
    ]


@EVERY_FORMAT
def test_half_a_character_can_be_formatted_and_written(name: Any, tmp_path: Any) -> None:
    made = format_rows([a_row(input="a\ud800", output="b\udc00")], FormatOptions(format=name))
    assert jsonl.write(tmp_path / "rows.jsonl", made.train) == 1
