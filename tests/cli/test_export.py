"""`selfinstruct export` on runs, reviewed runs and other datasets."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from distilabel_selfinstruct.cli import app
from distilabel_selfinstruct.errors import ConfigError, InputFileError, RunFolderError, SeedTaskError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import COLUMNS, FORMATS
from distilabel_selfinstruct.ratings.answers import record_id
from tests.builders import seed_row

Row = dict[str, Any]


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def read(path: Path) -> list[Row]:
    return list(jsonl.read(path))


def instance(number: int, **changes: Any) -> Row:
    row = {
        "instruction": f"Task {number}.",
        "input": f"Text: {number}" if number % 2 else "",
        "output": f"answer {number}",
        "is_classification": False,
        "nearest_instruction": "",
        "nearest_rouge_l": 0.0,
        "request": number,
        "model_name": "m",
    }
    return {**row, **changes}


INSTANCES = [instance(number) for number in range(30)]


def a_run(folder: Path, rows: list[Row] = INSTANCES, **config: Any) -> Path:
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"config": config, "status": "finished"}))
    jsonl.write(folder / "instances.jsonl", rows)
    return folder


def reviewed(folder: Path) -> Path:
    """Rows 0 to 4 kept, 1 of them corrected; 5 to 7 dropped; the others undecided or, from 20, unknown."""
    a_run(folder)
    (folder / "review").mkdir()
    decisions = []
    for number, row in enumerate(INSTANCES[:20]):
        status = "kept" if number < 5 else "dropped" if number < 8 else "undecided"
        decision = {
            "record": record_id(row["instruction"], row["input"], row["output"]),
            "verdict": status,
            "reason": "",
            "detail": f"About {number}.",
            "num_raters": 1,
            "corrected": number == 1,
            **row,
            "output": "corrected" if number == 1 else row["output"],
            "original_output": row["output"],
        }
        decisions.append(decision)
    jsonl.write(folder / "review" / "decisions.jsonl", decisions)
    return folder


# --- a run


@pytest.mark.parametrize("format", FORMATS)
def test_a_run_is_written_in_each_format_under_export(tmp_path: Path, format: Any) -> None:
    folder = a_run(tmp_path / "run")
    result = run(folder, "--format", format)
    rows = read(folder / "export" / f"{format}.jsonl")
    assert len(rows) == 30
    assert {tuple(row) for row in rows} == {COLUMNS[format]}
    assert result.stdout.splitlines() == [f"30 rows: {folder / 'export' / f'{format}.jsonl'}"]


def test_the_same_command_again_writes_the_same_bytes(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    file = folder / "export" / "self-instruct.jsonl"
    run(folder, "-f", "self-instruct")
    before = file.read_bytes()
    run(folder, "-f", "self-instruct")
    assert file.read_bytes() == before
    run(folder, "-f", "self-instruct", "--seed", 7)
    assert file.read_bytes() != before


def test_rows_that_cannot_be_trained_on_are_counted_and_kept(tmp_path: Path) -> None:
    rows = [*INSTANCES, instance(50, output=" "), INSTANCES[3], instance(51, instruction=None)]
    folder = a_run(tmp_path / "run", rows)
    result = run(folder, "-f", "alpaca")
    rejected = read(folder / "export" / "alpaca.rejected.jsonl")
    assert rejected == [
        {**instance(50, output=" "), "reason": "empty_output", "detail": ""},
        {**INSTANCES[3], "reason": "duplicate", "detail": ""},
        {**instance(51, instruction=None), "reason": "empty", "detail": "instruction"},
    ]
    assert "3 left out (1 empty_output, 1 duplicate, 1 empty): " in result.stdout


def test_files_of_an_earlier_export_do_not_stay_beside_newer_ones(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", [*INSTANCES, instance(50, output="")])
    run(folder, "-f", "alpaca", "--test-fraction", "0.3")
    jsonl.write(folder / "instances.jsonl", INSTANCES)
    run(folder, "-f", "alpaca")
    assert [path.name for path in (folder / "export").iterdir()] == ["alpaca.jsonl"]


def test_a_part_of_the_instructions_can_be_held_back_for_testing(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    result = run(folder, "-f", "alpaca", "--test-fraction", "0.3")
    train, test = (read(folder / "export" / name) for name in ("alpaca.jsonl", "alpaca.test.jsonl"))
    assert len(train) + len(test) == 30
    assert 2 <= len(test) <= 18
    assert f"{len(test)} rows: {folder / 'export' / 'alpaca.test.jsonl'}" in result.stdout


def test_chat_formats_take_a_system_prompt_and_a_way_to_join(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", [instance(1)])
    run(folder, "-f", "trl-conversational", "--system-prompt", "Be brief.", "--join", "labeled")
    (row,) = read(folder / "export" / "trl-conversational.jsonl")
    assert [message["content"] for message in row["messages"]] == [
        "Be brief.",
        "Task 1.\n\nInput: Text: 1",
        "answer 1",
    ]


def test_completions_can_end_otherwise(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    run(folder, "-f", "self-instruct", "--end-of-text", "</s>")
    assert all(row["completion"].endswith("</s>") for row in read(folder / "export" / "self-instruct.jsonl"))


def test_a_run_that_has_not_ended_is_said_to(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    (folder / "instances.jsonl").unlink()
    with pytest.raises(RunFolderError, match=r"has no instances\.jsonl yet: let the run end"):
        run(folder, "-f", "alpaca")


# --- seeds


def test_the_seeds_of_the_run_can_be_added(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", seed_tasks=str(tmp_path / "seeds.jsonl"))
    jsonl.write(tmp_path / "seeds.jsonl", [seed_row(1), seed_row(2)])
    run(folder, "-f", "alpaca", "--with-seeds")
    assert len(read(folder / "export" / "alpaca.jsonl")) == 32


def test_the_packaged_seeds_are_those_of_a_run_that_names_none(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    run(folder, "-f", "alpaca", "--with-seeds")
    assert len(read(folder / "export" / "alpaca.jsonl")) >= 205


def test_seeds_can_come_from_a_file(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "seeds.jsonl", [seed_row(1)])
    jsonl.write(tmp_path / "rows.jsonl", INSTANCES)
    run(tmp_path / "rows.jsonl", "-f", "alpaca", "--seeds", tmp_path / "seeds.jsonl")
    assert len(read(tmp_path / "rows.alpaca.jsonl")) == 31


def test_seeds_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(SeedTaskError, match=r"nowhere\.jsonl"):
        run(a_run(tmp_path / "run"), "-f", "alpaca", "--seeds", tmp_path / "nowhere.jsonl")


# --- after a review


def test_of_a_reviewed_run_only_what_people_kept_is_exported(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    lines = run(folder, "-f", "alpaca").stdout.splitlines()
    rows = read(folder / "export" / "alpaca.jsonl")
    assert {row["instruction"] for row in rows} == {f"Task {number}." for number in range(5)}
    assert {row["output"] for row in rows if row["instruction"] == "Task 1."} == {"corrected"}
    assert lines == [
        "As the review decided: 5 kept, 22 undecided, 3 dropped; 1 with a corrected output.",
        "The 22 undecided rows are left out (--include undecided exports them).",
        "The 3 dropped rows are left out (--include dropped exports them).",
        f"5 rows: {folder / 'export' / 'alpaca.jsonl'}",
        f"25 left out (22 undecided, 3 dropped): {folder / 'export' / 'alpaca.rejected.jsonl'}",
    ]


def test_what_the_review_leaves_out_is_written_with_its_words(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    run(folder, "-f", "alpaca")
    rejected = read(folder / "export" / "alpaca.rejected.jsonl")
    assert rejected[0] == {**INSTANCES[5], "reason": "dropped", "detail": "About 5."}


@pytest.mark.parametrize(("include", "count"), [(["undecided"], 27), (["dropped"], 8), (["dropped", "undecided"], 30)])
def test_other_decisions_can_be_included(tmp_path: Path, include: list[str], count: int) -> None:
    folder = reviewed(tmp_path / "run")
    result = run(folder, "-f", "alpaca", *(part for status in include for part in ("--include", status)))
    assert len(read(folder / "export" / "alpaca.jsonl")) == count
    assert all(f"{status} rows are exported too (--include {status})" in result.stdout for status in include)


def test_a_review_without_a_kept_row_exports_nothing_and_says_so(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    undecided = [{**row, "verdict": "undecided"} for row in read(folder / "review" / "decisions.jsonl")]
    jsonl.write(folder / "review" / "decisions.jsonl", undecided)
    with pytest.raises(InputFileError, match=r"No row of .* can be exported: .*alpaca\.rejected\.jsonl says why"):
        run(folder, "-f", "alpaca")
    assert len(read(folder / "export" / "alpaca.rejected.jsonl")) == 30


def test_nothing_can_be_included_without_a_review(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no review, so no row is undecided: leave out --include"):
        run(a_run(tmp_path / "run"), "-f", "alpaca", "--include", "undecided")


def test_a_decision_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="include is 'all': use undecided or dropped"):
        run(reviewed(tmp_path / "run"), "-f", "alpaca", "--include", "all")


def test_a_damaged_decision_is_named(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    jsonl.write(folder / "review" / "decisions.jsonl", [{"record": "x", "verdict": "maybe", "output": ""}])
    with pytest.raises(InputFileError, match=r"decisions\.jsonl, line 1: the line holds no decision"):
        run(folder, "-f", "alpaca")


# --- any dataset


def test_any_file_with_the_three_columns_is_exported_beside_it(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(
        "instruction,input,output,id\nName the opposite.,cold,hot,1\nSay hello.,,Hello!,2\n"
    )
    run(tmp_path / "rows.csv", "-f", "openai")
    assert len(read(tmp_path / "rows.openai.jsonl")) == 2


def test_a_file_without_the_columns_says_which_is_missing(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [{"prompt": "a", "answer": "b"}])
    with pytest.raises(InputFileError, match="No row of"):
        run(tmp_path / "rows.jsonl", "-f", "openai")
    (row,) = read(tmp_path / "rows.openai.rejected.jsonl")
    assert row["detail"] == "no instruction column"


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [])
    with pytest.raises(InputFileError, match="can be exported: it has none"):
        run(tmp_path / "rows.jsonl", "-f", "openai")


def test_the_output_can_be_named_and_is_not_replaced_unasked(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    target = tmp_path / "new" / "train.jsonl"
    run(folder, "-f", "alpaca", "-o", target)
    before = target.read_bytes()
    with pytest.raises(ConfigError, match=r"train\.jsonl exists: choose another name"):
        run(folder, "-f", "alpaca", "-o", target, "--seed", 7)
    assert target.read_bytes() == before
    run(folder, "-f", "alpaca", "-o", target, "--seed", 7, "--overwrite")
    assert target.read_bytes() != before


@pytest.mark.parametrize("name", ["train.test.jsonl", "train.rejected.jsonl"])
def test_files_of_the_user_beside_the_output_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigError, match=f"{name} exists"):
        run(a_run(tmp_path / "run"), "-f", "alpaca", "-o", tmp_path / "train.jsonl")
    assert (tmp_path / name).read_text() == "mine"


def test_the_source_is_never_replaced(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", INSTANCES)
    with pytest.raises(ConfigError, match="cannot be replaced"):
        run(tmp_path / "rows.jsonl", "-f", "alpaca", "-o", tmp_path / "rows.jsonl", "--overwrite")
    assert read(tmp_path / "rows.jsonl") == INSTANCES


def test_a_dataset_that_is_no_file_needs_an_output(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="say with --output where to write"):
        run(tmp_path, "-f", "alpaca")


def test_a_system_prompt_without_a_place_for_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no room for a system prompt"):
        run(a_run(tmp_path / "run"), "-f", "alpaca", "--system-prompt", "Be brief.")


def test_too_few_rows_for_openai_are_said_to_be(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", INSTANCES[:4])
    message = "error: there are 4 examples and OpenAI wants at least 10."
    assert message in run(folder, "-f", "openai").stdout


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    (folder / "export").write_text("a file where the folder should be")
    with pytest.raises(RunFolderError, match="Cannot write"):
        run(folder, "-f", "alpaca")
