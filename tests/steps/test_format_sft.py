"""`FormatInstancesSFT` alone, and at the end of a real pipeline."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.formatting import COLUMNS, FORMATS, FormatOptions, format_row
from distilabel_selfinstruct.steps import FormatInstancesSFT
from tests import processes
from tests.steps.builders import Row, journal, loaded, processed, reasons

ROW: Row = {"instruction": "Name the opposite.", "input": "Word: cold", "output": "hot", "model_name": "m"}


def rows_about(*instructions: str) -> list[Row]:
    return [{**ROW, "instruction": instruction} for instruction in instructions]


@pytest.mark.parametrize("format", FORMATS)
def test_the_columns_of_the_format_are_added_and_the_others_stay(format: Any) -> None:
    step = FormatInstancesSFT(format=format)
    (row,) = processed(step, [ROW])
    assert row == {**ROW, **format_row(ROW, FormatOptions(format=format))}  # type: ignore[dict-item]
    assert tuple(step.outputs) == COLUMNS[format]


def test_messages_begin_with_the_system_prompt() -> None:
    (row,) = processed(FormatInstancesSFT(format="openai", system_prompt="Be brief.", join="newline"), [ROW])
    assert row["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Name the opposite.\nWord: cold"},
        {"role": "assistant", "content": "hot"},
    ]


def test_a_row_is_worded_alike_in_any_batch() -> None:
    rows = rows_about(*"abcdefghij")
    with loaded(FormatInstancesSFT()) as step:
        one_by_one = [row for single in rows for row in next(step.process([single]))]
    assert one_by_one == processed(FormatInstancesSFT(), rows)
    assert one_by_one[::-1] == processed(FormatInstancesSFT(), rows[::-1])


def test_another_random_seed_words_rows_otherwise() -> None:
    rows = rows_about(*"abcdefghij")
    prompts = [[row["prompt"] for row in processed(FormatInstancesSFT(random_seed=seed), rows)] for seed in (1, 2)]
    assert prompts[0] != prompts[1]


def test_strict_mode_changes_inputs_as_the_reference_does() -> None:
    row = {**ROW, "input": 'n = input("A number: ")'}
    prompts = {
        mode: {processed(FormatInstancesSFT(mode=mode, random_seed=seed), [row])[0]["prompt"] for seed in range(60)}
        for mode in ("strict", "default")
    }
    assert any("A number" not in prompt for prompt in prompts["strict"])
    assert all("A number" in prompt for prompt in prompts["default"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"output": ""}, "empty_output"),
        ({"output": None}, "empty_output"),
        ({"instruction": None}, "empty"),
        ({"input": 5}, "unreadable"),
    ],
)
def test_a_row_that_cannot_be_trained_on_is_in_the_journal(tmp_path: Path, changes: Row, reason: str) -> None:
    step = FormatInstancesSFT(state_dir=str(tmp_path))
    assert len(processed(step, [ROW, {**ROW, **changes}, ROW])) == 2
    assert reasons(tmp_path) == [reason]
    assert [(row["stage"], row["request"]) for row in journal(tmp_path, "rejections")] == [("sft_formatting", 1)]


def test_a_row_without_input_column_is_formatted() -> None:
    (row,) = processed(FormatInstancesSFT(format="openai"), [{"instruction": "Say hello.", "output": "Hello!"}])
    assert row["messages"][0]["content"] == "Say hello."


def test_an_empty_batch_stays_empty() -> None:
    assert processed(FormatInstancesSFT(), []) == []


def test_a_system_prompt_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ConfigError, match="has no room for a system prompt"):
        FormatInstancesSFT(format="alpaca", system_prompt="Be brief.").load()


SCRIPT = """
import json, sys
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel_selfinstruct.steps import FormatInstancesSFT

rows = [{"instruction": f"Say {n}.", "input": f"in {n}" if n % 2 else "", "output": str(n)} for n in range(130)]
with Pipeline(name="formats", cache_dir=sys.argv[1]) as pipeline:
    LoadDataFromDicts(data=rows, batch_size=20) >> [
        FormatInstancesSFT(name="chat", format="openai", system_prompt="Be brief."),
        FormatInstancesSFT(name="prompts", input_batch_size=7),
        FormatInstancesSFT(name="turns", format="sharegpt"),
    ]
distiset = pipeline.run(use_cache=False)
print(json.dumps({name: list(distiset[name]["train"]) for name in ("chat", "prompts", "turns")}))
"""


def test_a_pipeline_ends_with_the_formatted_rows(tmp_path: Path) -> None:
    done = processes.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    options: dict[str, Any] = {
        "chat": {"format": "openai", "system_prompt": "Be brief."},
        "prompts": {},
        "turns": {"format": "sharegpt"},
    }
    for name, chosen in options.items():
        assert len(made[name]) == 130
        for row in made[name]:
            columns = format_row(row, FormatOptions(**chosen))
            assert isinstance(columns, dict)
            assert {column: row[column] for column in columns} == columns
