"""Journals, requests and completions to record in them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import FileError
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.prompts import default_decoding
from distilabel_selfinstruct.records import Completion, Request, Stage

STEP = "step"
FIRST, *LATER = Stage
DECODING = default_decoding(FIRST)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
COMPLETIONS = st.builds(
    Completion,
    text=TEXTS,
    finish_reason=st.sampled_from([None, "stop", "length"]),
    input_tokens=st.integers(0, 10**6),
    output_tokens=st.integers(0, 10**6),
    model=TEXTS,
    retries=st.integers(0, 9),
    seconds=st.floats(0, 1e6),
)
# Few prompts and instructions, so that equal requests are common.
REQUESTS = st.builds(
    Request,
    stage=st.sampled_from(Stage),
    number=st.integers(0, 2),
    prompt=st.one_of(
        st.sampled_from(["one", "two\n\u2028", [{"role": "user", "content": "three"}]]),
    ),
    instruction=st.sampled_from(["", "Name a river."]),
    is_classification=st.booleans(),
)
DECODINGS = st.sampled_from([DECODING, replace(DECODING, temperature=1.0)])


def completions_file(state: Path) -> Path:
    return state / STEP / "completions.jsonl"


def a_request(number: int = 0, stage: Stage = FIRST, **changes: Any) -> Request:
    return replace(Request(stage, number, f"prompt {number}"), **changes)


def opened(state: Path, **options: Any) -> StepJournal:
    return StepJournal(state, STEP, **options)


def record(state: Path, *completions: Completion, stage: Stage = FIRST) -> None:
    """Record the completions for the requests 0, 1, …"""
    journal = opened(state)
    for number, completion in enumerate(completions):
        journal.record_completion(a_request(number, stage), DECODING, completion)
    journal.close()


def replayed(state: Path, count: int, stage: Stage = FIRST) -> list[str | None]:
    """What is found for the requests 0, 1, …: the texts, None where nothing is."""
    journal = opened(state)
    found = [journal.replay(a_request(number, stage), DECODING) for number in range(count)]
    journal.close()
    return [completion.text if completion else None for completion in found]


def refusal(state: Path) -> str:
    """What is said to the one who opens the journal."""
    with pytest.raises(FileError) as refused:
        opened(state)
    return str(refused.value)
