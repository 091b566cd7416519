"""`InstanceFiltering` alone: a completion in, its instances out."""

from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.prompts import load_prompts
from distilabel_selfinstruct.steps import InstanceFiltering
from tests.steps.builders import Row, journal, loaded, processed, reasons


def a_row(raw: Any, instruction: Any = "Name the opposite.", **more: Any) -> Row:
    return {"instruction": instruction, "is_classification": False, "raw_instances": raw, **more}


def examples(*pairs: tuple[str, str]) -> str:
    return "\n".join(
        f"Example {number}\nInput: {given}\nOutput: {wanted}" for number, (given, wanted) in enumerate(pairs, 1)
    )


TWO = examples(("cold", "hot"), ("dry", "wet"))
SEVEN = examples(*((f"in {number}", f"out {number}") for number in range(7)))


def test_each_instance_is_a_row() -> None:
    got = processed(InstanceFiltering(), [a_row(TWO)])
    assert [(row["input"], row["output"]) for row in got] == [("cold", "hot"), ("dry", "wet")]


def test_the_completion_does_not_go_on_and_other_columns_do() -> None:
    (row,) = processed(InstanceFiltering(), [a_row("Output: hot", raw_instances_finish_reason="stop", request=3)])
    assert row == {
        "instruction": "Name the opposite.",
        "is_classification": False,
        "request": 3,
        "input": "",
        "output": "hot",
    }


@pytest.mark.parametrize("is_classification", [True, False])
def test_copies_of_the_examples_of_the_prompt_are_dropped(is_classification: bool, tmp_path: Path) -> None:
    prompts = load_prompts()
    examples = prompts.output_first_examples if is_classification else prompts.input_first_examples
    _, (copied, *_) = examples[0]
    raw = f"Class label: {copied.output}\n{copied.input}\nClass label: new\nthe sea"
    if not is_classification:
        raw = f"Example 1\nInput: {copied.input}\nOutput: {copied.output}\nExample 2\nInput: the sea\nOutput: new"
    step = InstanceFiltering(state_dir=str(tmp_path))
    got = processed(step, [a_row(raw, is_classification=is_classification)])
    assert [(row["input"], row["output"]) for row in got] == [("the sea", "new")]
    assert reasons(tmp_path) == ["prompt_echo"]


def test_rows_of_several_instructions_keep_their_order() -> None:
    got = processed(InstanceFiltering(), [a_row(TWO, "First."), a_row("", "Second."), a_row(TWO, "Third.")])
    assert [row["instruction"] for row in got] == ["First.", "First.", "Third.", "Third."]


def test_an_empty_batch_stays_empty() -> None:
    assert processed(InstanceFiltering(), []) == []


@pytest.mark.parametrize("instruction", [None, 7, ["a"]])
def test_a_row_without_an_instruction_gives_nothing(instruction: Any) -> None:
    assert processed(InstanceFiltering(), [a_row(TWO, instruction)]) == []


@pytest.mark.parametrize("raw", [None, 7, ["a"], {"a": 1}])
def test_a_completion_that_is_no_text_is_a_rejection(raw: Any, tmp_path: Path) -> None:
    assert processed(InstanceFiltering(state_dir=str(tmp_path)), [a_row(raw)]) == []
    assert reasons(tmp_path) == ["failed_request"]


def test_a_failed_request_is_not_rejected_a_second_time(tmp_path: Path) -> None:
    row = a_row("", raw_instances_status="failed")
    assert processed(InstanceFiltering(state_dir=str(tmp_path)), [row]) == []
    assert reasons(tmp_path) == []


@pytest.mark.parametrize("word", ["failed", "stopped", "not_sent", "recording_exhausted", "exhausted", "answered"])
def test_no_word_of_a_server_for_the_end_of_an_answer_loses_its_text(word: str) -> None:
    row = a_row(TWO, raw_instances_status="answered", raw_instances_finish_reason=word)
    assert len(processed(InstanceFiltering(), [row])) == 2


def test_optional_columns_may_be_missing() -> None:
    row = {"instruction": "Name the opposite.", "raw_instances": TWO}
    assert len(processed(InstanceFiltering(), [row])) == 2


def test_a_completion_that_was_cut_off_loses_its_last_instance(tmp_path: Path) -> None:
    step = InstanceFiltering(state_dir=str(tmp_path))
    got = processed(step, [a_row(TWO, raw_instances_finish_reason="length")])
    assert [row["output"] for row in got] == ["hot"]
    assert reasons(tmp_path) == ["truncated"]


def test_class_labels_are_outputs_of_classification_tasks() -> None:
    row = a_row("Class label: warm\nthe sun\nClass label: cold\nthe snow", is_classification=True)
    got = processed(InstanceFiltering(), [row])
    assert [(one["input"], one["output"]) for one in got] == [("the sun", "warm"), ("the snow", "cold")]


def test_at_most_max_instances_are_kept_and_the_others_are_in_the_journal(tmp_path: Path) -> None:
    got = processed(InstanceFiltering(max_instances=3, state_dir=str(tmp_path)), [a_row(SEVEN)])
    assert len(got) == 3
    assert reasons(tmp_path) == ["over_limit"] * 4


def test_the_draw_does_not_depend_on_the_batch() -> None:
    alone = processed(InstanceFiltering(), [a_row(SEVEN)])
    among_others = processed(InstanceFiltering(), [a_row(SEVEN, "Another one."), a_row(SEVEN)])
    assert among_others[5:] == alone


def test_another_random_seed_draws_others() -> None:
    draws = {str(processed(InstanceFiltering(max_instances=2, random_seed=seed), [a_row(SEVEN)])) for seed in range(5)}
    assert len(draws) > 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "empty"),
        ("Input: cold\nOutput:", "empty_output"),
        (examples(("cold", "cold")), "input_equals_output"),
        (examples(("cold", "the following:")), "ends_with_colon"),
        (examples(("cold", "hot"), ("cold", "warm")), "conflicting_output"),
    ],
)
def test_what_is_dropped_is_in_the_journal_with_instruction_and_reason(raw: str, reason: str, tmp_path: Path) -> None:
    processed(InstanceFiltering(state_dir=str(tmp_path)), [a_row(raw)])
    found = {(row["reason"], row["instruction"], row["stage"]) for row in journal(tmp_path, "rejections")}
    assert found == {(reason, "Name the opposite.", "instance_filtering")}


def test_every_row_in_is_a_result_in_the_journal(tmp_path: Path) -> None:
    rows = [a_row(TWO, "First."), a_row("", "Second."), a_row(TWO, None)]
    processed(InstanceFiltering(state_dir=str(tmp_path)), rows)
    assert [(row["instruction"], len(row["instances"])) for row in journal(tmp_path, "results")] == [
        ("First.", 2),
        ("Second.", 0),
        (None, 0),
    ]


def test_rejections_are_numbered_by_row_through_all_batches(tmp_path: Path) -> None:
    with loaded(InstanceFiltering(state_dir=str(tmp_path))) as step:
        for _ in range(2):
            next(step.process([a_row(TWO), a_row("")]))
    assert [row["request"] for row in journal(tmp_path, "rejections")] == [1, 3]


def test_strict_mode_reads_as_the_reference_does() -> None:
    row = a_row(examples(("cold", "the following：")))
    assert len(processed(InstanceFiltering(mode="strict"), [row])) == 1
    assert processed(InstanceFiltering(), [row]) == []
