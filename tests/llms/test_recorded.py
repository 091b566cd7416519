"""`RecordedLLM`: what a recording answers, and what is said of one that cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import RecordingError
from distilabel_selfinstruct.journal.completions import completion_row
from distilabel_selfinstruct.llms import RecordedLLM, make_llm
from distilabel_selfinstruct.prompts import default_decoding
from distilabel_selfinstruct.records import Completion, RequestStatus, Stage
from tests.llms.builders import a_request, asked

INSTANCES = Stage.INSTANCE_GENERATION


def a_line(text: Any, stage: str = "instruction_generation", **more: Any) -> str:
    return json.dumps({"stage": stage, "text": text, "finish_reason": "stop", **more})


def a_recording(folder: Path, *lines: str) -> RecordedLLM:
    path = folder / "mine.jsonl"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    llm = RecordedLLM(recording=str(path))
    llm.load()
    return llm


def instances_of(instruction: str, *, is_classification: bool = False) -> Any:
    return a_request(stage=INSTANCES, instruction=instruction, is_classification=is_classification)


# --- answers


def test_the_packaged_recording_answers_without_key_or_network() -> None:
    llm = make_llm("recorded:demo")
    llm.load()
    completions = asked(llm, [a_request(number=number) for number in range(3)])
    assert all(completion.text for completion in completions)


def test_instruction_generation_gets_the_completion_of_its_number(tmp_path: Path) -> None:
    llm = a_recording(tmp_path, a_line("zero"), a_line("one"))
    assert [one.text for one in asked(llm, [a_request(number=1), a_request(number=0)])] == ["one", "zero"]


def test_a_request_beyond_the_recording_is_told_that_it_is_exhausted(tmp_path: Path) -> None:
    (completion,) = asked(a_recording(tmp_path, a_line("zero")), [a_request(number=1)])
    assert (completion.text, completion.status) == (None, RequestStatus.EXHAUSTED)


def test_other_stages_get_what_was_recorded_for_the_instruction(tmp_path: Path) -> None:
    llm = a_recording(
        tmp_path,
        a_line("Yes", "classification", instruction="Sort it."),
        a_line("No", "classification", instruction="Write it."),
    )
    (completion,) = asked(llm, [a_request(stage=Stage.CLASSIFICATION, instruction="Write it.")])
    assert completion.text == "No"


def test_case_and_whitespace_of_the_instruction_do_not_matter(tmp_path: Path) -> None:
    llm = a_recording(tmp_path, a_line("Output: 1", INSTANCES.value, instruction="Sort  the\nlist."))
    assert asked(llm, [instances_of("sort the LIST.")])[0].text == "Output: 1"


def test_an_unknown_instruction_is_a_failed_request_that_says_why(tmp_path: Path) -> None:
    (completion,) = asked(a_recording(tmp_path, a_line("zero")), [instances_of("Never heard of.")])
    assert (completion.text, completion.error) == (None, "the recording holds no answer for this instruction")


def test_the_answer_for_the_same_task_type_comes_first(tmp_path: Path) -> None:
    llm = a_recording(
        tmp_path,
        a_line("input first", INSTANCES.value, instruction="Sort it.", is_classification=False),
        a_line("output first", INSTANCES.value, instruction="Sort it.", is_classification=True),
    )
    completions = asked(
        llm, [instances_of("Sort it.", is_classification=True), instances_of("Sort it.", is_classification=False)]
    )
    assert [completion.text for completion in completions] == ["output first", "input first"]


def test_the_answer_for_the_other_task_type_is_better_than_none(tmp_path: Path) -> None:
    llm = a_recording(tmp_path, a_line("input first", INSTANCES.value, instruction="Sort it.", is_classification=False))
    assert asked(llm, [instances_of("Sort it.", is_classification=True)])[0].text == "input first"


def test_a_recorded_failure_is_replayed_as_one(tmp_path: Path) -> None:
    failed = a_line(None, INSTANCES.value, instruction="Sort it.", error="server error")
    (completion,) = asked(a_recording(tmp_path, failed), [instances_of("Sort it.")])
    assert (completion.text, completion.error) == (None, "server error")


def test_a_journal_is_a_recording(tmp_path: Path) -> None:
    request = instances_of("Sort it.", is_classification=True)
    completion = Completion("Class label: a", "length", input_tokens=5, output_tokens=4, model="small")
    llm = a_recording(tmp_path, json.dumps(completion_row(request, default_decoding(INSTANCES), completion)))
    assert asked(llm, [request]) == [completion]


def test_a_folder_with_completions_is_a_recording(tmp_path: Path) -> None:
    (tmp_path / "completions.jsonl").write_text(a_line("zero") + "\n", encoding="utf-8")
    llm = RecordedLLM(recording=str(tmp_path))
    llm.load()
    assert asked(llm, [a_request()])[0].text == "zero"


def test_a_recording_without_model_answers_under_its_own_name(tmp_path: Path) -> None:
    assert asked(a_recording(tmp_path, a_line("zero")), [a_request()])[0].model == "recorded:mine.jsonl"


def test_loading_again_does_not_append_the_recording(tmp_path: Path) -> None:
    llm = a_recording(tmp_path, a_line("zero"))
    llm.load()
    assert asked(llm, [a_request(number=1)])[0].status is RequestStatus.EXHAUSTED


# --- recordings that cannot be used


def test_a_recording_that_is_not_there_is_named_with_the_remedy(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.jsonl")
    with pytest.raises(RecordingError, match=r"There is no recording '.*missing\.jsonl': use 'demo', a file"):
        make_llm(f"recorded:{missing}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: the line is not JSON"),
        ("[1]", "line 2: the line holds an array"),
        ('{"text": "one"}', "completion 2 is no completion: it lacks or misnames 'stage'"),
        ('{"stage": "classification", "text": "Yes"}', "it lacks or misnames 'instruction'"),
        ('{"stage": "classification", "instruction": "Sort it."}', "it lacks or misnames 'text'"),
        (a_line("one", "fifth"), "it lacks or misnames 'fifth' is not a valid Stage"),
        (a_line(7), "text and instruction must be texts"),
        (a_line("Yes", "classification", instruction=None), "text and instruction must be texts"),
    ],
)
def test_a_line_that_is_no_completion_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        a_recording(tmp_path, a_line("zero"), line)


def test_a_task_type_that_is_no_truth_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        a_recording(tmp_path, a_line("Yes", "classification", instruction="Sort it.", is_classification=[]))


def test_token_counts_of_null_count_as_zero(tmp_path: Path) -> None:
    (completion,) = asked(a_recording(tmp_path, a_line("zero", input_tokens=None)), [a_request()])
    assert completion.input_tokens == 0


def test_the_host_cannot_ask_a_recording_by_prompt(tmp_path: Path) -> None:
    llm = a_recording(tmp_path, a_line("zero"))
    with pytest.raises(RecordingError, match="use another LLM here"):
        llm.generate_outputs(inputs=[[{"role": "user", "content": "Prompt"}]])
