import os
import re

import pytest
from datasets import load_from_disk

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import JournalError, RunFolderError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.files.locks import holder_of
from distilabel_selfinstruct.journal.run_records import read_run
from distilabel_selfinstruct.journal.stop_file import ask_to_stop, stop_reason
from distilabel_selfinstruct.records import Instance, Stage
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.outputs import instance_rows, instruction_rows, missing_rows, write_outputs
from distilabel_selfinstruct.running.progress_reader import ProgressReader
from tests.running.run_folders import ADMITTED, ANSWER, ANSWERED, a_run, filtered, journal, prepared


def test_tasks_are_put_together_from_what_each_stage_recorded(tmp_path):
    records = read_run(a_run(tmp_path).state)
    assert [(task.instruction, task.is_classification, task.instances) for task in records.tasks] == [
        ("one", True, ()),
        ("two", False, (Instance("", "x"),)),
    ]
    assert [row["num_instances"] for row in instruction_rows(records.tasks)] == [0, 1]
    assert [(row["instruction"], row["output"]) for row in instance_rows(records.tasks)] == [("two", "x")]


def test_a_complete_run_misses_nothing(tmp_path):
    assert missing_rows(read_run(a_run(tmp_path).state), 1) == []


def test_a_row_that_vanished_between_two_steps_is_reported(tmp_path):
    folder = a_run(tmp_path)
    journal(folder, Stage.INSTRUCTION_GENERATION, {"instruction": "three", **ADMITTED})
    assert missing_rows(read_run(folder.state), 1) == [
        "instruction_generation handed on 3 rows and classification finished 2."
    ]


def test_rows_that_the_host_lost_at_the_end_are_reported(tmp_path):
    assert missing_rows(read_run(a_run(tmp_path).state), 0) == [
        "instance_filtering kept 1 rows and distilabel returned 0."
    ]


def test_a_run_without_rows_gives_an_empty_dataset_with_its_columns(tmp_path):
    folder = prepared(tmp_path / "run")
    write_outputs(folder, read_run(folder.state))
    dataset = load_from_disk(str(folder.dataset))["train"]
    assert len(dataset) == 0
    assert {"instruction", "input", "output", "is_classification"} <= set(dataset.column_names)


def test_equal_instructions_keep_their_own_task_types_and_instances(tmp_path):
    folder = prepared(tmp_path / "run")
    journal(folder, Stage.INSTRUCTION_GENERATION, *[{"instruction": "same", **ADMITTED}] * 2)
    for is_classification, output in ((True, "x"), (False, "y")):
        journal(
            folder, Stage.CLASSIFICATION, {"instruction": "same", "is_classification": is_classification, **ANSWERED}
        )
        journal(folder, Stage.INSTANCE_FILTERING, filtered("same", {"input": "", "output": output}))
    first, second = read_run(folder.state).tasks
    assert (first.is_classification, first.instances) == (True, (Instance("", "x"),))
    assert (second.is_classification, second.instances) == (False, (Instance("", "y"),))


def test_the_dataset_holds_what_utf8_cannot_with_a_replacement(tmp_path):
    folder = a_run(tmp_path)
    journal(folder, Stage.INSTRUCTION_GENERATION, {"instruction": "bad\ud800", **ADMITTED})
    journal(folder, Stage.INSTANCE_FILTERING, filtered("bad\ud800", {"input": "", "output": "y\udfff"}))
    write_outputs(folder, read_run(folder.state))
    assert load_from_disk(str(folder.dataset))["train"][-1]["output"] == "y\ufffd"


DROPPED = {"detail": "", "request": 0}
DAMAGE = {
    "completions.jsonl": [{}, {**ANSWER, "input_tokens": "5"}, {**ANSWER, "retries": True}, {**ANSWER, "error": ["e"]}],
    "results.jsonl": [{}, {"instruction": "two"}, {"instruction": None, **ADMITTED}],
    "rejections.jsonl": [{}, {"reason": ["too_short"]}, {"reason": "odd", **DROPPED}, {"reason": "too_short"}],
    "notes.jsonl": [{}, {"kind": "strange", "subject": "", "text": ""}, {"kind": {}, "subject": "", "text": ""}],
}


@pytest.mark.parametrize(
    ("name", "row"), [(name, row) for name, rows in DAMAGE.items() for row in [*rows, [], None, 7]]
)
def test_progress_leaves_out_a_line_that_holds_no_record_and_names_its_file(tmp_path, name, row):
    folder = a_run(tmp_path)
    reader = ProgressReader(folder.state, wanted=4)
    before = reader.read().requests
    journal(folder, Stage.INSTRUCTION_GENERATION, row, name=name)
    progress = reader.read()
    assert (progress.damaged, progress.requests) == (1, before)
    assert re.match(rf"a line of \S+{name} \w+", progress.damage)


@pytest.mark.parametrize("instances", [None, {}, ["x"], [{"input": ""}], [{"input": "", "output": 1}]])
def test_instances_that_are_none_are_damage(tmp_path, instances):
    folder = a_run(tmp_path)
    journal(folder, Stage.INSTANCE_FILTERING, {**filtered("two"), "instances": instances})
    assert "instance_filtering/results.jsonl" in ProgressReader(folder.state, wanted=4).read().damage
    with pytest.raises(JournalError, match=r"instance_filtering/results\.jsonl"):
        read_run(folder.state)


def test_a_run_with_the_same_settings_keeps_what_it_has(tmp_path):
    folder = a_run(tmp_path)
    prepared(folder.path)
    assert all((folder.state / stage.value).exists() for stage in Stage)


def test_other_settings_are_refused_with_each_difference(tmp_path):
    folder = a_run(tmp_path)
    with pytest.raises(RunFolderError) as refusal:
        prepared(folder.path, num_instructions=7, random_seed=1)
    assert str(refusal.value) == (
        f"{folder.path} holds a run with other settings: `num_instructions` was 100 and is 7; `random_seed` was 42 "
        "and is 1. Give the same settings to resume it, another folder, or `fresh` to replace what is there. `extend` "
        "lets it grow to more instructions."
    )
    assert described_run(folder.path)[0]["config"]["num_instructions"] == 100


def test_settings_that_only_decide_when_and_how_fast_may_change(tmp_path):
    folder = a_run(tmp_path)
    prepared(folder.path, max_in_flight=50, max_requests=9, request_timeout=1, batch_size=3, min_acceptance=0.5)
    assert described_run(folder.path)[0]["config"]["max_requests"] == 9


def test_the_sampling_lag_stays_that_of_the_run(tmp_path):
    folder = a_run(tmp_path)
    with folder.prepared(RunConfig(max_in_flight=50)) as effective:
        assert effective.sampling_lag == 5


def test_a_run_is_extended_when_asked(tmp_path):
    folder = a_run(tmp_path)
    prepared(folder.path, extend=True, num_instructions=200)
    assert described_run(folder.path)[0]["config"]["num_instructions"] == 200


def test_a_run_cannot_be_extended_to_fewer_instructions(tmp_path):
    folder = a_run(tmp_path)
    with pytest.raises(RunFolderError, match="`num_instructions` was 100 and can only grow"):
        prepared(folder.path, extend=True, num_instructions=50)


def test_extending_refuses_other_differences(tmp_path):
    folder = a_run(tmp_path)
    with pytest.raises(RunFolderError, match="`random_seed` was 42 and is 1"):
        prepared(folder.path, extend=True, num_instructions=200, random_seed=1)


def test_other_seed_tasks_under_the_same_name_are_refused(tmp_path):
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text("one")
    folder = prepared(tmp_path / "run", seed_tasks=str(seeds))
    seeds.write_text("two")
    with pytest.raises(RunFolderError, match="the seed_tasks changed"):
        prepared(folder.path, seed_tasks=str(seeds))


def test_a_folder_is_held_while_a_run_works_in_it(tmp_path):
    folder = RunFolder(tmp_path / "run")
    lock = folder.path / run_layout.LOCK
    assert holder_of(lock) is None
    with folder.prepared(RunConfig()):
        assert holder_of(lock) == str(os.getpid())
        with pytest.raises(RunFolderError, match="is in use by another process"):
            prepared(folder.path)
    assert holder_of(lock) is None


def test_a_reason_to_stop_does_not_outlive_its_attempt(tmp_path):
    folder = a_run(tmp_path)
    ask_to_stop(folder.state, "it was interrupted.")
    prepared(folder.path)
    assert stop_reason(folder.state) == ""


def test_a_damaged_description_is_named(tmp_path):
    folder = a_run(tmp_path)
    folder.description.write_text("{")
    with pytest.raises(RunFolderError, match=r"run\.json is damaged"):
        described_run(folder.path)[0]


def test_the_description_says_how_the_run_was_made(tmp_path):
    description = described_run(a_run(tmp_path).path)[0]
    assert description["config"]["llm"] == "recorded:demo"
    assert {len(description["inputs"][name]) for name in ("seed_tasks", "prompts")} == {64}
    assert description["versions"]["distilabel"] == "1.5.3"
