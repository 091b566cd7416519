"""Commands take the files that people have, and leave nothing behind that blocks the next try."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import SelfInstructError

ROWS = [{"question": f"Which sea is number {n}?", "response": f"Sea {n}", "is_classification": "No"} for n in range(9)]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def as_json(folder: Path) -> Path:
    (folder / "rows.json").write_text(json.dumps(ROWS, indent=2))
    return folder / "rows.json"


def as_csv(folder: Path) -> Path:
    lines = ["Question;Response;Is Classification", *(";".join(row.values()) for row in ROWS)]
    (folder / "rows.csv").write_text("\r\n".join(lines), encoding="utf-8-sig")
    return folder / "rows.csv"


def as_chat(folder: Path) -> Path:
    rows = [
        {
            "messages": [
                {"role": role, "content": row[name]} for role, name in (("user", "question"), ("assistant", "response"))
            ]
        }
        for row in ROWS
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "rows.jsonl"


COMMANDS = {
    "filter": lambda path, out: ["filter", path, "--output", out],
    "export": lambda path, out: ["export", path, "--format", "alpaca", "--output", out / "rows.jsonl"],
    "report": lambda path, out: ["report", path, "--output", out, "--parser", "rules"],
    "evaluate": lambda path, out: ["evaluate", path, "--references", path],
    "publish": lambda path, out: [
        "publish",
        path,
        "--repo-id",
        "me/it",
        "--license",
        "mit",
        "--unreviewed",
        "--to",
        out,
    ],
    "seeds check": lambda path, out: ["seeds", "check", path],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("write", [as_json, as_csv, as_chat])
def test_every_command_takes_every_shape_and_says_as_what(tmp_path, command, write):
    path = write(tmp_path)
    result = run(*COMMANDS[command](path, tmp_path / "out"))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 0, result.output
    said = {as_json: "question as instruction", as_csv: "Question as instruction", as_chat: "OpenAI messages in"}[write]
    assert said in result.stderr


def test_columns_are_mapped_by_an_option(tmp_path):
    (tmp_path / "rows.csv").write_text("a|b\nName a sea.|North Sea\n")
    for command, arguments_for in COMMANDS.items():
        arguments = arguments_for(tmp_path / "rows.csv", tmp_path / command.replace(" ", "-"))
        extra = ["--reference-map", "instruction=a,output=b"] if command == "evaluate" else []
        result = run(*arguments, "--map", "instruction=a,output=b", "--delimiter", "|", *extra)
        assert "a as instruction, b as output" in result.stderr, (command, result.output, result.exception)


def test_what_a_csv_file_says_about_classification_is_in_the_report(tmp_path):
    run(*COMMANDS["report"](as_csv(tmp_path), tmp_path))
    table = json.loads((tmp_path / "report.json").read_text())["table_1"]["this"]
    assert (table["instructions"], table["classification_instructions"]) == (9, 0)


FAULTS = {
    "no column": '{"aim": "x"}\n',
    "not JSON": "{oops\n",
    "no usable row": '{"instruction": [1, 2], "output": [3, 4]}\n',
    "no answer": '{"instruction": "x", "output": ""}\n',
    "strict": '{"instruction": "x", "output": "y"}\n{oops\n',
}


@pytest.mark.slow
@given(st.sampled_from([name for name in COMMANDS if name != "seeds check"]), st.sampled_from(sorted(FAULTS)))
def test_a_command_that_fails_leaves_nothing_that_blocks_its_next_try(tmp_path_factory, command, fault):
    folder = tmp_path_factory.mktemp("f")
    path, out = folder / "rows.jsonl", folder / "out"
    path.write_text(FAULTS[fault])
    strict = ["--strict-rows"] if fault == "strict" else []
    first = run(*COMMANDS[command](path, out), *strict)
    if first.exit_code == 0:  # a row without an answer can be filtered and described
        return
    assert isinstance(first.exception, SelfInstructError)
    assert not out.exists() or list(out.iterdir()) == []
    assert sorted(each.name for each in folder.iterdir() if each != out) == ["rows.jsonl"]
    path.write_text(json.dumps({"instruction": "Name a sea.", "output": "North Sea"}) + "\n")
    second = run(*COMMANDS[command](path, out))
    assert second.exit_code == 0, (second.output, second.exception)


def test_rows_that_were_left_out_are_summed_up_on_standard_error(tmp_path):
    path = as_chat(tmp_path)
    with path.open("a") as stream:
        stream.write("{oops\n" * 5)
    result = run("filter", path, "-o", tmp_path / "out")
    assert f"5 rows of {path} were left out: line 10 is not JSON" in result.stderr
    assert result.stderr.rstrip().endswith(f"All are in {tmp_path / 'out' / 'skipped.jsonl'}.")


def test_control_characters_of_a_file_are_escaped_on_the_screen(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"aim\x1b[31m": "x"}) + "\n" + "{\x1b[31m\n")
    result = run("filter", path, "-o", tmp_path / "out")
    assert isinstance(result.exception, SelfInstructError)
    seeds = run("seeds", "check", path)
    assert "\x1b" not in seeds.output
