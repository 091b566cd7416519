"""What was recorded is found again, for equal requests only."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Request, Stage
from tests.journal.builders import (
    COMPLETIONS,
    DECODING,
    DECODINGS,
    LATER,
    REQUESTS,
    a_request,
    completions_file,
    opened,
    record,
    replayed,
)


@settings(max_examples=40)
@given(st.lists(st.tuples(REQUESTS, DECODINGS, COMPLETIONS), max_size=8), st.integers(0, 8))
def test_what_was_recorded_is_replayed_in_order_and_each_once(
    recorded: list[tuple[Request, Decoding, Completion]], reopened_after: int
) -> None:
    with tempfile.TemporaryDirectory() as state:
        journal = opened(Path(state))
        for number, (request, decoding, completion) in enumerate(recorded):
            if number == reopened_after:
                journal.close()
                journal = opened(Path(state))
            journal.record_completion(request, decoding, completion)
        journal.close()
        journal = opened(Path(state))
        assert [journal.replay(request, decoding) for request, decoding, _ in recorded] == [
            completion for _, _, completion in recorded
        ]
        assert [journal.replay(request, decoding) for request, decoding, _ in recorded] == [None] * len(recorded)
        journal.close()


@settings(max_examples=20)
@given(st.lists(COMPLETIONS, min_size=1, max_size=6))
def test_replaying_leaves_the_journal_as_it_is(completions: list[Completion]) -> None:
    with tempfile.TemporaryDirectory() as state:
        record(Path(state), *completions)
        before = completions_file(Path(state)).read_bytes()
        replayed(Path(state), len(completions))
        assert completions_file(Path(state)).read_bytes() == before


def test_equal_requests_are_answered_in_the_order_in_which_they_were_recorded(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    request = a_request(0, LATER[0], instruction="Name a river.")
    for text in ("Yes", "No"):
        journal.record_completion(request, DECODING, Completion(text))
    journal.close()
    journal = opened(tmp_path)
    # In the later stages the number says nothing: which batch a row is in is the host's affair.
    found = [journal.replay(replace(request, number=number), DECODING) for number in (7, 8, 9)]
    assert [completion and completion.text for completion in found] == ["Yes", "No", None]
    journal.close()


@pytest.mark.parametrize(
    "change",
    [{"number": 1}, {"prompt": "other"}, {"stage": LATER[0]}, {"is_classification": True}],
    ids=["number", "prompt", "stage", "kind"],
)
def test_another_request_of_the_first_stage_is_not_answered(tmp_path: Path, change: dict[str, Any]) -> None:
    record(tmp_path, Completion("one"))
    journal = opened(tmp_path)
    assert journal.replay(replace(a_request(0), **change), DECODING) is None
    assert journal.replay(a_request(0), replace(DECODING, temperature=0.1)) is None
    assert journal.replay(a_request(0), DECODING) == Completion("one")
    journal.close()


@pytest.mark.parametrize("stage", Stage)
def test_failed_requests_are_asked_again(tmp_path: Path, stage: Stage) -> None:
    record(tmp_path, Completion(None, error="TimeoutError: too slow"), Completion("two"), stage=stage)
    assert replayed(tmp_path, 2, stage) == [None, "two"]


@pytest.mark.parametrize("stage", Stage)
def test_an_answer_after_a_failure_is_replayed(tmp_path: Path, stage: Stage) -> None:
    record(tmp_path, Completion(None, error="TimeoutError: too slow"), stage=stage)
    record(tmp_path, Completion("Yes"), stage=stage)
    assert replayed(tmp_path, 1, stage) == ["Yes"]
