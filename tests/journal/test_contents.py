"""What the files of a journal hold."""

import json
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.records import Completion, Reason, Rejection, RequestStatus
from tests.journal.builders import DECODING, FIRST, LATER, STEP, a_request, completions_file, opened

NAMES = ("completions", "results", "rejections", "end")


def test_what_is_derived_from_the_completions_is_made_anew(tmp_path: Path) -> None:
    for _ in range(2):
        journal = opened(tmp_path)
        journal.record_completion(a_request(), DECODING, Completion("one"))
        journal.record_results([{"instruction": "Name a river."}])
        journal.record_rejections([Rejection("x", Reason.TOO_SHORT)], stage=FIRST.value, request=0)
        journal.record_end("done.", {RequestStatus.ANSWERED: 1})
        journal.close()
    assert {name: len(list(jsonl.read(tmp_path / STEP / f"{name}.jsonl"))) for name in NAMES} == {
        "completions": 2,
        "results": 1,
        "rejections": 1,
        "end": 1,
    }


def test_without_a_folder_nothing_is_written_and_rejections_are_counted(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    journal = StepJournal("", STEP)
    journal.record_completion(a_request(), DECODING, Completion("one"))
    journal.record_rejections([Rejection("x", Reason.TOO_SHORT)] * 2, stage=FIRST.value, request=0)
    assert (journal.claim_request(), journal.claim_request(), journal.summary) == (None, None, "too_short 2")
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_record_says_what_was_asked_and_what_came(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    completion = Completion("one", "length", 5, 6, "m", retries=2, seconds=0.25)
    journal.record_completion(a_request(3), DECODING, completion)
    journal.record_completion(a_request(4, LATER[0], instruction="Name a river."), DECODING, completion)
    journal.close()
    first, later = [json.loads(line) for line in completions_file(tmp_path).read_text().splitlines()]
    assert (
        first.items()
        >= {
            "stage": "instruction_generation",
            "request": 3,
            "prompt": "prompt 3",
            "text": "one",
            "finish_reason": "length",
            "input_tokens": 5,
            "output_tokens": 6,
            "model": "m",
            "retries": 2,
            "seconds": 0.25,
        }.items()
    )
    assert first["decoding"]["max_tokens"] == 1024
    assert (later["instruction"], later["prompt"]) == ("Name a river.", None)
