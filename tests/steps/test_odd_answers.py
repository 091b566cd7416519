"""Answers that no prompt asks for: nothing raises, and each is kept or in the journal with its reason."""

import re
from pathlib import Path

import pytest

from distilabel_selfinstruct.records import Reason
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
)
from tests.steps.builders import generated, journal, processed, reasons, scripted

MEGABYTE = 2**20

NO_ANSWERS = {
    "nothing": "",
    "whitespace": " \n\t\r\n　",
    "a megabyte of newlines": "\n" * MEGABYTE,
    "control characters": "\x00\x01\x07\x1b\x7f",
}

ANSWERS = {
    "a megabyte of one token": "word " * (MEGABYTE // 5),
    "a megabyte without a space": "a" * MEGABYTE,
    "a megabyte of one number": "1. " * (MEGABYTE // 3),
    "a megabyte of open reasoning": "<think>" * (MEGABYTE // 7),
    "another language": " 请写一首关于春天的诗。\n10. 把下面的句子翻译成英文。",
    "letters between control characters": "\x00Wr\x01ite\x1b[31m\x07 a",
    "lone surrogates": "\ud800 Na \udfff",
    "a null character": "a\x00b",
}

ODD = pytest.mark.parametrize("answer", [*NO_ANSWERS.values(), *ANSWERS.values()], ids=[*NO_ANSWERS, *ANSWERS])
NOTHING = pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=list(NO_ANSWERS))

ROW = {"instruction": "Name the opposite."}


@ODD
def test_no_instruction_comes_of_it_and_the_reason_is_written(answer: str, tmp_path: Path) -> None:
    step = InstructionGeneration(llm=scripted(answer), max_requests=1, state_dir=str(tmp_path))
    assert generated(step) == []
    assert reasons(tmp_path)
    assert set(reasons(tmp_path)) <= {reason.value for reason in Reason}


@ODD
def test_it_is_no_classification_task_and_the_reason_is_written(answer: str, tmp_path: Path) -> None:
    step = ClassificationTaskIdentification(llm=scripted(answer), state_dir=str(tmp_path))
    (row,) = processed(step, [ROW])
    assert row["is_classification"] is False
    assert reasons(tmp_path) in (["empty"], ["unclear_answer"], ["truncated"])


@ODD
def test_instance_generation_hands_it_on_as_it_came(answer: str) -> None:
    (row,) = processed(InstanceGeneration(llm=scripted(answer)), [ROW])
    assert row["raw_instances"] == answer


@ODD
@pytest.mark.parametrize("is_classification", [False, True])
def test_instance_filtering_keeps_it_or_writes_the_reason(answer: str, is_classification: bool, tmp_path: Path) -> None:
    row = {**ROW, "is_classification": is_classification, "raw_instances": answer}
    kept = processed(InstanceFiltering(state_dir=str(tmp_path)), [row])
    assert bool(kept) != bool(reasons(tmp_path))


@NOTHING
def test_instance_filtering_drops_what_holds_no_text(answer: str, tmp_path: Path) -> None:
    row = {**ROW, "is_classification": False, "raw_instances": answer}
    assert processed(InstanceFiltering(state_dir=str(tmp_path)), [row]) == []
    assert len(reasons(tmp_path)) == 1


@ODD
@pytest.mark.parametrize("step", [InstructionGeneration, ClassificationTaskIdentification, InstanceGeneration])
def test_strict_mode_takes_it_as_well(
    step: type[InstructionGeneration | ClassificationTaskIdentification | InstanceGeneration], answer: str
) -> None:
    options = {"llm": scripted(answer), "mode": "strict"}
    if issubclass(step, InstructionGeneration):
        generated(step(**options, max_requests=1))
    else:
        assert len(processed(step(**options), [ROW])) == 1


@ODD
@pytest.mark.parametrize("is_classification", [False, True])
def test_strict_instance_filtering_takes_it_as_well(answer: str, is_classification: bool) -> None:
    row = {**ROW, "is_classification": is_classification, "raw_instances": answer}
    for made in processed(InstanceFiltering(mode="strict"), [row]):
        assert made["instruction"] == ROW["instruction"]
        assert isinstance(made["output"], str)


@ODD
def test_the_journal_can_be_read_back(answer: str, tmp_path: Path) -> None:
    processed(InstanceGeneration(llm=scripted(answer), state_dir=str(tmp_path)), [ROW])
    (completion,) = journal(tmp_path, "completions")
    assert completion["text"] == re.sub("[\ud800-\udfff]", "\ufffd", answer)


@ODD
def test_an_odd_instruction_is_asked_about_like_any_other(answer: str) -> None:
    rows = [{"instruction": answer}]
    (row,) = processed(ClassificationTaskIdentification(llm=scripted(" Yes")), rows)
    assert row["is_classification"] is True


def test_an_empty_answer_and_a_failed_request_are_told_apart(tmp_path: Path) -> None:
    step = ClassificationTaskIdentification(llm=scripted("", None), state_dir=str(tmp_path))
    processed(step, [ROW, ROW])
    assert reasons(tmp_path) == ["empty", "failed_request"]
