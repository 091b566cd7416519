"""`selfinstruct export`: its options reach the export, and it says what was written."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import OutputFileError
from distilabel_selfinstruct.exporting import export
from distilabel_selfinstruct.files import jsonl
from tests.builders import seed_row
from tests.exporting.builders import INSTANCES, a_run, instance, read, reviewed


def run(*arguments: object, status: int = 0) -> Result:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result


def test_the_file_and_its_rows_are_named(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    lines = run(folder, "--format", "alpaca").stdout.splitlines()
    assert lines == [f"30 rows: {folder / 'export' / 'alpaca.jsonl'}"]


def test_test_rows_and_rejected_rows_are_counted_with_their_files(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", [*INSTANCES, instance(50, output=" "), INSTANCES[3], instance(51, output="")])
    stdout = run(folder, "-f", "alpaca", "--test-fraction", "0.3").stdout
    num_test = len(read(folder / "export" / "alpaca.test.jsonl"))
    assert f"{num_test} rows: {folder / 'export' / 'alpaca.test.jsonl'}" in stdout
    assert f"3 left out (2 empty_output, 1 duplicate): {folder / 'export' / 'alpaca.rejected.jsonl'}" in stdout


def test_the_decisions_of_a_review_are_counted(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    assert run(folder, "-f", "alpaca").stdout.splitlines() == [
        "As the review decided: 5 kept, 22 undecided, 3 dropped; 1 with a corrected output.",
        "The 22 undecided rows are left out (--include undecided exports them).",
        "The 3 dropped rows are left out (--include dropped exports them).",
        f"5 rows: {folder / 'export' / 'alpaca.jsonl'}",
        f"25 left out (22 undecided, 3 dropped): {folder / 'export' / 'alpaca.rejected.jsonl'}",
    ]


def test_included_decisions_are_named(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    stdout = run(folder, "-f", "alpaca", "--include", "undecided", "--include", "dropped").stdout
    assert "The 22 undecided rows are exported too (--include undecided)." in stdout
    assert "The 3 dropped rows are exported too (--include dropped)." in stdout


def test_what_openai_would_refuse_is_shown_with_its_file_and_is_an_error(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", INSTANCES[:4])
    message = f"{folder / 'export' / 'openai.jsonl'}: error: there are 4 examples and OpenAI wants at least 10."
    assert message in run(folder, "-f", "openai", status=1).stdout


def test_a_trainer_is_configured_and_the_command_for_it_is_shown(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", seed_tasks=str(tmp_path / "seeds.jsonl"))
    jsonl.write(tmp_path / "seeds.jsonl", [seed_row(1)])
    lines = run(folder, "--trainer", "trl", "--model", "org/base", "--instructions", "seeds,1").stdout.splitlines()
    export = folder / "export"
    assert lines == [
        f"1 row with 0 generated instructions: {export / 'trl-prompt-completion.seeds.jsonl'}",
        f"To train: cd {export} && trl sft --config trl-prompt-completion.seeds.trl.yaml",
        f"2 rows with 1 generated instruction: {export / 'trl-prompt-completion.1.jsonl'}",
        f"To train: cd {export} && trl sft --config trl-prompt-completion.1.trl.yaml",
    ]
    assert "org/base" in (export / "trl-prompt-completion.1.trl.yaml").read_text()


@pytest.mark.parametrize(
    ("format", "arguments", "options"),
    [
        ("self-instruct", ["--mode", "strict"], {"mode": "strict"}),
        ("self-instruct", ["--random-seed", "7"], {"random_seed": 7}),
        ("self-instruct", ["--end-of-text", "</s>"], {"end_of_text": "</s>"}),
        ("openai", ["--system-prompt", "Be brief."], {"system_prompt": "Be brief."}),
        ("openai", ["--join", "labeled"], {"join": "labeled"}),
        ("openai", ["--test-fraction", "0.5"], {"test_fraction": 0.5}),
        ("openai", ["--include-seeds"], {"include_seeds": True}),
        ("openai", ["--seed-tasks", "seeds.jsonl"], {"seed_tasks": "seeds.jsonl"}),
    ],
)
def test_each_option_changes_the_file_as_it_does_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format, arguments, options
) -> None:
    monkeypatch.chdir(tmp_path)
    jsonl.write(tmp_path / "seeds.jsonl", [seed_row(1)])
    folder = a_run(tmp_path / "run", [instance(number, input="a: b: c\n\nd") for number in range(60)])
    run(folder, "-f", format, "-o", "plain.jsonl")
    run(folder, "-f", format, "-o", "command.jsonl", *arguments)
    export(folder, format, "python.jsonl", **options)
    plain, command, python = (Path(f"{name}.jsonl").read_bytes() for name in ("plain", "command", "python"))
    assert command == python != plain


def test_a_file_is_replaced_when_told(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    (tmp_path / "train.jsonl").write_text("mine")
    with pytest.raises(OutputFileError, match="or replace it with `overwrite`"):
        run(folder, "-f", "alpaca", "-o", tmp_path / "train.jsonl")
    run(folder, "-f", "alpaca", "-o", tmp_path / "train.jsonl", "--overwrite")
    assert len(read(tmp_path / "train.jsonl")) == 30
