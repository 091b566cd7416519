"""The two tasks that ask about each row, alone: rows in, rows out, and what the journal holds."""

from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.steps import ClassificationTaskIdentification, InstanceGeneration
from distilabel_selfinstruct.steps.row_task import RowTask
from tests.steps.builders import Row, journal, loaded, processed, reasons, scripted

RAW = "Example 1\nInput: cold\nOutput: hot"
ROW: Row = {"instruction": "Name the opposite."}
TASKS = (ClassificationTaskIdentification, InstanceGeneration)
EVERY_TASK = pytest.mark.parametrize("task", TASKS)


def identified(*responses: str | None, rows: list[Row], **options: Any) -> list[Row]:
    return processed(ClassificationTaskIdentification(llm=scripted(*responses), **options), rows)


def instances_for(*responses: str | None, rows: list[Row], **options: Any) -> list[Row]:
    return processed(InstanceGeneration(llm=scripted(*responses), **options), rows)


# --- both


@EVERY_TASK
def test_each_row_in_is_a_row_out_in_order(task: type[RowTask]) -> None:
    rows = [{"instruction": f"Task number {number}."} for number in range(5)]
    got = processed(task(llm=scripted(" Yes")), rows)
    assert [row["instruction"] for row in got] == [row["instruction"] for row in rows]


@EVERY_TASK
def test_other_columns_go_on_as_they_are(task: type[RowTask]) -> None:
    (row,) = processed(task(llm=scripted(" Yes")), [{**ROW, "id": 7, "tags": ["a"]}])
    assert (row["id"], row["tags"]) == (7, ["a"])


@EVERY_TASK
def test_rows_in_are_not_changed(task: type[RowTask]) -> None:
    rows = [dict(ROW)]
    processed(task(llm=scripted(" Yes")), rows)
    assert rows == [ROW]


@EVERY_TASK
def test_an_empty_batch_stays_empty(task: type[RowTask]) -> None:
    assert processed(task(llm=scripted(" Yes")), []) == []


@EVERY_TASK
@pytest.mark.parametrize("nothing", [{"instruction": None}, {"instruction": 7}, {"instruction": ["a"]}, {}])
def test_a_row_without_an_instruction_is_passed_on_unasked(task: type[RowTask], nothing: Row, tmp_path: Path) -> None:
    step = task(llm=scripted(" Yes"), state_dir=str(tmp_path))
    got = processed(step, [nothing, ROW])
    assert [row.get("instruction") for row in got] == [nothing.get("instruction"), ROW["instruction"]]
    assert [row["instruction"] for row in journal(tmp_path, "completions")] == [ROW["instruction"]]


@EVERY_TASK
def test_every_row_has_every_output_column(task: type[RowTask]) -> None:
    step = task(llm=scripted(" Yes", None))
    for row in processed(step, [ROW, ROW, {"instruction": None}]):
        assert set(step.outputs) <= row.keys()


@EVERY_TASK
def test_a_failed_request_leaves_the_other_rows_alone(task: type[RowTask], tmp_path: Path) -> None:
    step = task(llm=scripted(" Yes", None, " Yes"), state_dir=str(tmp_path))
    assert len(processed(step, [ROW] * 3)) == 3
    assert reasons(tmp_path) == ["failed_request"]


@EVERY_TASK
def test_each_row_asked_about_has_a_completion_and_a_result(task: type[RowTask], tmp_path: Path) -> None:
    processed(task(llm=scripted(" Yes", None), state_dir=str(tmp_path)), [ROW] * 2)
    assert [len(journal(tmp_path, name)) for name in ("completions", "results")] == [2, 2]


@EVERY_TASK
def test_requests_are_numbered_through_all_batches(task: type[RowTask], tmp_path: Path) -> None:
    with loaded(task(llm=scripted(" Yes"), state_dir=str(tmp_path))) as step:
        for _ in range(2):
            next(step.process([ROW, ROW]))
    assert [row["request"] for row in journal(tmp_path, "completions")] == [0, 1, 2, 3]


@EVERY_TASK
def test_rows_carry_no_metadata_unless_it_is_asked_for(task: type[RowTask]) -> None:
    (row,) = processed(task(llm=scripted(" Yes")), [ROW])
    assert "distilabel_metadata" not in row


@EVERY_TASK
def test_rows_carry_prompt_and_completion_if_asked_for(task: type[RowTask]) -> None:
    step = task(llm=scripted(" Yes"), add_raw_input=True, add_raw_output=True)
    (row,) = processed(step, [ROW])
    assert row["distilabel_metadata"]["raw_output_step"] == " Yes"
    assert "Name the opposite." in row["distilabel_metadata"]["raw_input_step"]


@EVERY_TASK
def test_several_generations_per_row_are_refused(task: type[RowTask]) -> None:
    with pytest.raises(ConfigError, match="num_generations=2"):
        task(llm=scripted(" Yes"), num_generations=2).load()


@EVERY_TASK
def test_grouped_generations_are_refused(task: type[RowTask]) -> None:
    with pytest.raises(ConfigError, match="group_generations=True"):
        task(llm=scripted(" Yes"), group_generations=True).load()


@EVERY_TASK
def test_the_llm_is_complained_about_once_in_all_batches(task: type[RowTask], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"), loaded(task(llm=scripted(" Yes"))) as step:
        for _ in range(3):
            next(step.process([ROW]))
    assert sum("sampling differs from the paper's" in record.message for record in caplog.records) == 1


# --- classification


@pytest.mark.parametrize(
    ("answer", "verdict"), [(" Yes", True), (" No", False), ("yes", True), ("Perhaps", False), (None, None)]
)
def test_the_verdict_is_in_the_row(answer: str | None, verdict: bool | None) -> None:
    (row,) = identified(answer, rows=[ROW])
    assert row["is_classification"] is verdict


def test_an_unclear_verdict_is_in_the_journal_with_the_instruction(tmp_path: Path) -> None:
    identified("Perhaps", rows=[ROW], state_dir=str(tmp_path))
    (rejection,) = journal(tmp_path, "rejections")
    assert (rejection["reason"], rejection["text"], rejection["instruction"]) == (
        "unclear_answer",
        "Perhaps",
        ROW["instruction"],
    )


def test_a_row_that_is_not_asked_about_has_no_verdict(tmp_path: Path) -> None:
    (row,) = identified(" Yes", rows=[{"instruction": None}])
    assert (row["is_classification"], row["model_name"]) == (None, "scripted")
    rows = identified(" Yes", rows=[ROW, ROW], max_requests=1, state_dir=str(tmp_path))
    assert [row["is_classification"] for row in rows] == [True, None]
    assert [row["status"] for row in journal(tmp_path, "results")] == ["answered", "not_sent"]


# --- instances


def test_the_completion_is_in_the_row_unread() -> None:
    (row,) = instances_for(RAW, rows=[ROW])
    assert (row["raw_instances"], row["raw_instances_finish_reason"]) == (RAW, "stop")


def test_a_completion_that_was_cut_off_says_so() -> None:
    step = InstanceGeneration(llm=scripted(RAW, finish_reason="length"))
    (row,) = processed(step, [ROW])
    assert row["raw_instances_finish_reason"] == "length"


def test_a_failed_request_is_an_empty_completion_marked_as_failed() -> None:
    (row,) = instances_for(None, rows=[ROW])
    assert (row["raw_instances"], row["raw_instances_status"]) == ("", "failed")


@pytest.mark.parametrize(("is_classification", "output_first"), [(True, True), (False, False)])
def test_the_task_type_chooses_the_prompt(is_classification: bool, output_first: bool) -> None:
    step = InstanceGeneration(llm=scripted(RAW), add_raw_input=True)
    (row,) = processed(step, [{**ROW, "is_classification": is_classification}])
    assert ("Class label:" in str(row["distilabel_metadata"])) is output_first


def test_a_row_whose_task_type_could_not_be_found_out_is_not_asked_for_instances(tmp_path: Path) -> None:
    rows = [{**ROW, "is_classification": None}, {**ROW, "is_classification": False}]
    unasked, asked = instances_for(RAW, rows=rows, state_dir=str(tmp_path))
    assert [row["raw_instances_status"] for row in (unasked, asked)] == ["not_sent", "answered"]
    assert [row["status"] for row in journal(tmp_path, "results")] == ["not_sent", "answered"]
    assert len(journal(tmp_path, "completions")) == 1


def test_the_task_type_is_in_the_journal(tmp_path: Path) -> None:
    instances_for(RAW, rows=[{**ROW, "is_classification": True}], state_dir=str(tmp_path))
    assert journal(tmp_path, "completions")[0]["is_classification"] is True


@pytest.mark.parametrize("form", ["completion", "chat"])
def test_the_prompt_has_the_form_asked_for(form: Any) -> None:
    step = InstanceGeneration(llm=scripted(RAW), add_raw_input=True, prompt_form=form)
    (row,) = processed(step, [ROW])
    prompt = row["distilabel_metadata"]["raw_input_step"]
    assert isinstance(prompt, str) == (form == "completion")
