"""Runs, reviewed runs and other datasets as training files."""

from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import (
    ConfigError,
    InputFileError,
    OutputFileError,
    RunFolderError,
    SeedTaskError,
)
from distilabel_selfinstruct.exporting import ExportedFile, ExportResult, export
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import COLUMNS, FORMATS
from tests.builders import seed_row
from tests.exporting.builders import INSTANCES, a_run, instance, read, reviewed

# --- a run


@pytest.mark.parametrize("format", FORMATS)
def test_a_run_is_written_in_each_format_under_export(tmp_path: Path, format: Any) -> None:
    folder = a_run(tmp_path / "run")
    result = export(folder, format)
    file = folder / "export" / f"{format}.jsonl"
    assert result == ExportResult(ExportedFile(file, 30), None, None, {}, None)
    assert {tuple(row) for row in read(file)} == {COLUMNS[format]}


def test_the_same_call_again_writes_the_same_bytes(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    file = folder / "export" / "self-instruct.jsonl"
    export(folder, "self-instruct")
    before = file.read_bytes()
    export(folder, "self-instruct")
    assert file.read_bytes() == before
    export(folder, "self-instruct", random_seed=7)
    assert file.read_bytes() != before


def test_rows_that_cannot_be_trained_on_are_counted_and_kept(tmp_path: Path) -> None:
    rows = [*INSTANCES, instance(50, output=" "), INSTANCES[3], instance(51, instruction=None)]
    result = export(a_run(tmp_path / "run", rows), "alpaca")
    file = tmp_path / "run" / "export" / "alpaca.rejected.jsonl"
    assert result.rejected == ExportedFile(file, 3)
    assert read(file) == [
        {**instance(50, output=" "), "reason": "empty_output", "detail": ""},
        {**INSTANCES[3], "reason": "duplicate", "detail": ""},
        {**instance(51, instruction=None), "reason": "empty", "detail": "instruction"},
    ]
    assert result.reasons == {"empty_output": 1, "duplicate": 1, "empty": 1}


def test_files_of_an_earlier_export_do_not_stay_beside_newer_ones(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", [*INSTANCES, instance(50, output="")])
    export(folder, "alpaca", test_fraction=0.3)
    jsonl.write(folder / "instances.jsonl", INSTANCES)
    export(folder, "alpaca")
    assert [path.name for path in (folder / "export").iterdir()] == ["alpaca.jsonl"]


def test_a_part_of_the_instructions_can_be_held_back_for_testing(tmp_path: Path) -> None:
    result = export(a_run(tmp_path / "run"), "alpaca", test_fraction=0.3)
    assert result.train is not None
    assert result.test is not None
    assert [len(read(file.path)) for file in (result.train, result.test)] == [
        result.train.num_rows,
        result.test.num_rows,
    ]
    assert result.train.num_rows + result.test.num_rows == 30
    assert 2 <= result.test.num_rows <= 18
    assert result.test.path.name == "alpaca.test.jsonl"


def test_chat_formats_take_a_system_prompt_and_a_way_to_join(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", [instance(1)])
    export(folder, "trl-conversational", system_prompt="Be brief.", join="labeled")
    (row,) = read(folder / "export" / "trl-conversational.jsonl")
    assert [message["content"] for message in row["messages"]] == [
        "Be brief.",
        "Task 1.\n\nInput: Text: 1",
        "answer 1",
    ]


def test_completions_can_end_otherwise(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    export(folder, "self-instruct", end_of_text="</s>")
    assert all(row["completion"].endswith("</s>") for row in read(folder / "export" / "self-instruct.jsonl"))


def test_only_in_strict_mode_inputs_are_changed_as_the_reference_does(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", [instance(number, input="a: b: c\n\nd") for number in range(20)])
    prompts = {}
    for mode in ("default", "strict"):
        export(folder, "self-instruct", mode=mode)
        prompts[mode] = [row["prompt"] for row in read(folder / "export" / "self-instruct.jsonl")]
    assert any("c\nd" in prompt for prompt in prompts["strict"])
    assert not any("c\nd" in prompt for prompt in prompts["default"])


def test_a_run_that_has_not_ended_is_named(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    (folder / "instances.jsonl").unlink()
    with pytest.raises(RunFolderError, match=r"instances\.jsonl is missing: restore it") as caught:
        export(folder, "alpaca")
    assert caught.value.path == str(folder / "instances.jsonl")


# --- seeds


def test_the_seeds_of_the_run_can_be_added(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", seed_tasks=str(tmp_path / "seeds.jsonl"))
    jsonl.write(tmp_path / "seeds.jsonl", [seed_row(1), seed_row(2)])
    export(folder, "alpaca", include_seeds=True)
    assert len(read(folder / "export" / "alpaca.jsonl")) == 32


def test_the_packaged_seeds_are_those_of_a_run_that_names_none(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    export(folder, "alpaca", include_seeds=True)
    assert len(read(folder / "export" / "alpaca.jsonl")) >= 205


def test_seeds_can_come_from_a_file(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "seeds.jsonl", [seed_row(1)])
    jsonl.write(tmp_path / "rows.jsonl", INSTANCES)
    export(tmp_path / "rows.jsonl", "alpaca", seed_tasks=tmp_path / "seeds.jsonl")
    assert len(read(tmp_path / "rows.alpaca.jsonl")) == 31


def test_seeds_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(SeedTaskError, match=r"nowhere\.jsonl"):
        export(a_run(tmp_path / "run"), "alpaca", seed_tasks=tmp_path / "nowhere.jsonl")


def test_the_seeds_of_rows_without_a_run_are_not_known(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", INSTANCES)
    with pytest.raises(
        ConfigError, match=r"is not a run, so its seed tasks are not known: name their file with `seed_tasks`"
    ):
        export(tmp_path / "rows.jsonl", "alpaca", include_seeds=True)


def test_a_run_of_another_version_is_one_sentence_when_its_seeds_are_asked_for(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", an_option_of_next_year=1)
    with pytest.raises(RunFolderError, match="another version, or is damaged: There is no option 'an_option"):
        export(folder, "alpaca", include_seeds=True)


# --- after a review


def test_of_a_reviewed_run_only_what_people_kept_is_exported(tmp_path: Path) -> None:
    result = export(reviewed(tmp_path / "run"), "alpaca")
    rows = read(tmp_path / "run" / "export" / "alpaca.jsonl")
    assert {row["instruction"] for row in rows} == {f"Task {number}." for number in range(5)}
    assert {row["output"] for row in rows if row["instruction"] == "Task 1."} == {"corrected"}
    assert result.reasons == {"undecided": 22, "dropped": 3}
    assert result.review is not None
    assert result.review.counts == {"kept": 5, "undecided": 22, "dropped": 3}
    assert (result.review.included, result.review.num_corrected, result.review.num_unknown) == ((), 1, 0)


def test_what_the_review_leaves_out_is_written_with_its_words(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    export(folder, "alpaca")
    rejected = read(folder / "export" / "alpaca.rejected.jsonl")
    assert rejected[0] == {**INSTANCES[5], "reason": "dropped", "detail": "About 5."}


@pytest.mark.parametrize(("include", "count"), [(["undecided"], 27), (["dropped"], 8), (["dropped", "undecided"], 30)])
def test_other_decisions_can_be_included(tmp_path: Path, include: list[str], count: int) -> None:
    result = export(reviewed(tmp_path / "run"), "alpaca", include=include)
    assert result.train is not None
    assert result.train.num_rows == count
    assert result.review is not None
    assert set(result.review.included) == set(include)


def test_a_review_without_a_kept_row_exports_nothing_and_says_so(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    undecided = [{**row, "verdict": "undecided"} for row in read(folder / "review" / "decisions.jsonl")]
    jsonl.write(folder / "review" / "decisions.jsonl", undecided)
    message = r"No row of .* can be used: .*alpaca\.rejected\.jsonl says why for each \(30 undecided\)\."
    with pytest.raises(InputFileError, match=message) as refusal:
        export(folder, "alpaca")
    assert str(refusal.value).endswith("Rate some, or export the undecided rows with `include=undecided`.")
    assert len(read(folder / "export" / "alpaca.rejected.jsonl")) == 30


def test_decisions_on_rows_that_the_run_no_longer_has_are_counted(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    jsonl.write(folder / "instances.jsonl", INSTANCES[1:])
    review = export(folder, "alpaca").review
    assert review is not None
    assert review.num_unknown == 1


def test_nothing_can_be_included_without_a_review(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no review, so no row is undecided: omit `include`"):
        export(a_run(tmp_path / "run"), "alpaca", include=["undecided"])


def test_a_decision_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="include is 'all': use undecided or dropped"):
        export(reviewed(tmp_path / "run"), "alpaca", include=["all"])


def test_a_damaged_decision_is_named(tmp_path: Path) -> None:
    folder = reviewed(tmp_path / "run")
    jsonl.write(folder / "review" / "decisions.jsonl", [{"record": "x", "verdict": "maybe", "output": ""}])
    with pytest.raises(InputFileError, match=r"decisions\.jsonl, line 1: the line holds no decision"):
        export(folder, "alpaca")


# --- any dataset


def test_any_file_with_the_three_columns_is_exported_beside_it(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(
        "instruction,input,output,id\nName the opposite.,cold,hot,1\nSay hello.,,Hello!,2\n"
    )
    export(tmp_path / "rows.csv", "openai")
    assert len(read(tmp_path / "rows.openai.jsonl")) == 2


def test_a_file_without_the_columns_says_which_is_missing(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [{"aim": "a", "answer": "b"}])
    with pytest.raises(InputFileError, match=r"has no column 'instruction' \(there is aim, answer\)") as caught:
        export(tmp_path / "rows.jsonl", "openai")
    assert caught.value.path == str(tmp_path / "rows.jsonl")


def test_an_export_without_a_row_leaves_nothing_that_blocks_the_next_try(tmp_path: Path) -> None:
    jsonl.write(
        tmp_path / "rows.jsonl", [{"instruction": "a", "output": ""}, {"instruction": "b", "output": ["x", "y"]}]
    )
    for _ in range(2):
        with pytest.raises(InputFileError, match=r"can be used: 1 empty_output, 1 unreadable; the first is empty_out"):
            export(tmp_path / "rows.jsonl", "openai")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_rows_that_cannot_be_read_are_listed_with_the_rejected_ones(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"prompt": "a", "answer": "b"}\n{oops\n')
    result = export(tmp_path / "rows.jsonl", "openai")
    assert [row.location for row in result.skipped] == ["line 2"]
    (row,) = read(tmp_path / "rows.openai.rejected.jsonl")
    assert (row["reason"], row["row"]) == ("unreadable", "{oops")
    assert row["detail"].startswith("line 2 is not JSON")


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [])
    with pytest.raises(InputFileError, match="can be used: it has no rows"):
        export(tmp_path / "rows.jsonl", "openai")


def test_the_output_can_be_named_and_is_not_replaced_unasked(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    target = tmp_path / "new" / "train.jsonl"
    export(folder, "alpaca", target)
    before = target.read_bytes()
    with pytest.raises(OutputFileError, match=r"train\.jsonl exists: choose another name") as caught:
        export(folder, "alpaca", target, random_seed=7)
    assert caught.value.path == str(target)
    assert target.read_bytes() == before
    export(folder, "alpaca", target, random_seed=7, overwrite=True)
    assert target.read_bytes() != before


@pytest.mark.parametrize("name", ["train.test.jsonl", "train.rejected.jsonl"])
def test_files_of_the_user_beside_the_output_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputFileError, match=f"{name} exists"):
        export(a_run(tmp_path / "run"), "alpaca", tmp_path / "train.jsonl")
    assert (tmp_path / name).read_text() == "mine"


def test_the_source_is_never_replaced(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", INSTANCES)
    with pytest.raises(OutputFileError, match="cannot be replaced"):
        export(tmp_path / "rows.jsonl", "alpaca", tmp_path / "rows.jsonl", overwrite=True)
    assert read(tmp_path / "rows.jsonl") == INSTANCES


def test_a_dataset_that_is_no_file_needs_an_output(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is neither a run nor a file: name the file to write with `output`"):
        export(tmp_path, "alpaca")


def test_a_system_prompt_without_a_slot_for_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no room for a system prompt"):
        export(a_run(tmp_path / "run"), "alpaca", system_prompt="Be brief.")


def test_what_openai_would_refuse_is_found_in_its_format_only(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", INSTANCES[:4])
    train = export(folder, "openai").train
    assert train is not None
    assert [(finding.line, finding.severity) for finding in train.findings] == [(0, "error")]
    assert "there are 4 examples and OpenAI wants at least 10" in train.findings[0].message
    other = export(folder, "trl-conversational").train
    assert other is not None
    assert other.findings == ()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    (folder / "export").write_text("a file where the folder should be")
    with pytest.raises(OutputFileError, match="Cannot write to") as caught:
        export(folder, "alpaca")
    assert caught.value.path == str(folder / "export" / "alpaca.jsonl")
