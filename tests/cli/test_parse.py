import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import InputFileError


def parse(tmp_path: Path, kind: str, *rows: dict[str, object], options: tuple[str, ...] = ()) -> list[dict]:
    path = tmp_path / "responses.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = CliRunner().invoke(app, ["parse", kind, str(path), *options])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_instructions_are_kept_as_texts_and_rejected_with_reasons(tmp_path):
    text = " Name five rivers in Europe.\n10. Draw a small house.\n11. List the planets by size."
    (row,) = parse(tmp_path, "instructions", {"id": "a", "text": text, "finish_reason": "stop"})
    assert row["id"] == "a"
    assert row["kept"] == ["Name five rivers in Europe.", "List the planets by size."]
    assert [(rejected["text"], rejected["reason"]) for rejected in row["rejected"]] == [
        ("Draw a small house.", "forbidden_word")
    ]


def test_strict_mode_lower_cases_after_the_first_letter_as_the_reference_does(tmp_path):
    row = {"id": 1, "text": " Say hello in English and French.", "finish_reason": "stop"}
    assert parse(tmp_path, "instructions", row, options=("--mode", "strict"))[0]["kept"] == [
        "Say hello in english and french."
    ]
    assert parse(tmp_path, "instructions", row)[0]["kept"] == ["Say hello in English and French."]


@pytest.mark.parametrize(("answer", "verdict"), [(" Yes", True), (" No.", False), (" Perhaps", None)])
def test_classification_is_true_false_or_null(tmp_path, answer, verdict):
    (row,) = parse(tmp_path, "classification", {"id": 1, "answer": answer})
    assert row["is_classification"] is verdict
    assert bool(row["rejected"]) is (verdict is None)


def test_instances_are_kept_as_input_and_output(tmp_path):
    text = "Example 1\nInput: cold\nOutput: hot\nExample 2\nInput: dry\nOutput: dry"
    row = {"id": 1, "raw_text": text, "finish_reason": "stop", "instruction": "x", "is_classification": False}
    (parsed,) = parse(tmp_path, "instances", row)
    assert parsed["kept"] == [{"input": "cold", "output": "hot"}]
    assert [rejected["reason"] for rejected in parsed["rejected"]] == ["input_equals_output"]


def test_a_null_response_is_rejected_not_fatal(tmp_path):
    (row,) = parse(tmp_path, "instances", {"id": 1, "raw_text": None, "is_classification": True})
    assert row["kept"] == []
    assert len(row["rejected"]) == 1


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        ("instructions", {"id": 1}, "line 1 has no response; put it under text, raw_text, raw_instances, answer"),
        ("instructions", {"text": 5}, "line 1 has 5 under text, not a text or null"),
        ("instances", {"text": "x"}, "line 1 does not say under is_classification whether it is true or false"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path, kind, row, message):
    with pytest.raises(InputFileError, match=message):
        parse(tmp_path, kind, row)


def test_a_bad_row_is_left_out_and_named_and_stops_the_command_only_if_asked(tmp_path):
    path = tmp_path / "responses.jsonl"
    path.write_text('{"id": 1, "answer": "Yes"}\n{oops\n[1]\n{"id": 4}\n{"id": 5, "answer": "No"}\n')
    result = CliRunner().invoke(app, ["parse", "classification", str(path)])
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [1, 5]
    assert f"3 rows of {path} were left out: line 2 is not JSON" in result.stderr
    strict = CliRunner().invoke(app, ["parse", "classification", str(path), "--strict-rows"])
    assert isinstance(strict.exception, InputFileError)


def test_a_task_type_in_words_is_what_it_says_and_any_format_is_read(tmp_path):
    path = tmp_path / "responses.csv"
    path.write_text('id;raw_text;is_classification\n1;"Class label: good\nIt works.";Yes\n2;Output: x;FALSE\n')
    result = CliRunner().invoke(app, ["parse", "instances", str(path)])
    assert [json.loads(line)["kept"] for line in result.stdout.splitlines()] == [
        [{"input": "It works.", "output": "good"}],
        [{"input": "", "output": "x"}],
    ]


def test_control_characters_are_escaped_in_what_is_printed(tmp_path):
    (row,) = parse(
        tmp_path, "instructions", {"id": "\x9b31m", "text": " Name five\x9b31m rivers.", "finish_reason": "stop"}
    )
    assert row["id"] == "\x9b31m"  # JSON knows the escape
    path = tmp_path / "responses.jsonl"
    assert "\x9b" not in CliRunner().invoke(app, ["parse", "instructions", str(path)]).stdout


@pytest.mark.parametrize("kind", ["instructions", "classification", "instances"])
def test_one_set_of_options_serves_all_kinds_of_responses(tmp_path, kind):
    path = tmp_path / "responses.jsonl"
    path.write_text(json.dumps({"id": 1, "text": "Yes", "is_classification": True}) + "\n")
    options = ["--language", "ko", "--mode", "default"]
    assert CliRunner().invoke(app, ["parse", kind, str(path), *options]).exit_code == 0
