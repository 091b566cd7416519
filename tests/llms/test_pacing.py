"""When the next request may be sent, after some were refused."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.failures import Failure, FailureKind
from distilabel_selfinstruct.llms.pacing import Pace, Pacer
from tests.llms.batch_runs import JumpingClock

REFUSED = Failure(FailureKind.THROTTLED, "RateLimitError (HTTP 429): too many at a time")


def test_a_refusal_holds_up_no_other_request_while_the_server_works_on_some() -> None:
    pacer = Pacer(Pace(), journal=StepJournal("", ""), clock=JumpingClock())
    sent = [pacer.sent(), pacer.sent()]
    pacer.ended("", expected_tokens=0, tokens=0)
    pacer.failed(1, REFUSED, sent[1], answered_before=0)
    assert (pacer.is_silent, pacer.seconds_left(0)) == (False, 0.0)
    pacer.ended("", expected_tokens=0, tokens=0)
    pacer.failed(0, REFUSED, sent[0], answered_before=0)
    assert pacer.is_silent
    assert pacer.seconds_left(0) > 0


@pytest.mark.parametrize(("asked", "waits"), [(None, [0.5, 1, 2, 4]), (0.0, [0.5, 1, 2, 4]), (3.0, [3] * 4)])
def test_waits_for_a_silent_server_grow_unless_it_says_how_long_to_wait(asked: float, waits: list[float]) -> None:
    clock = JumpingClock()
    pacer = Pacer(Pace(), journal=StepJournal("", ""), clock=clock)
    for wait in waits:
        sent_at = pacer.sent()
        pacer.ended("", expected_tokens=0, tokens=0)
        pacer.failed(1, replace(REFUSED, retry_after=asked), sent_at, answered_before=0)
        assert pacer.seconds_left(0) == wait
        asyncio.run(clock.sleep(wait))


def test_a_wait_beyond_this_day_is_told_with_the_day(tmp_path: Path) -> None:
    journal = StepJournal(tmp_path, "step")
    pacer = Pacer(Pace(max_wait_minutes=10_000), journal=journal, clock=JumpingClock())
    sent_at = pacer.sent()
    pacer.ended("", expected_tokens=0, tokens=0)
    pacer.failed(1, replace(REFUSED, retry_after=48 * 3600.0), sent_at, answered_before=0)
    journal.close()
    assert re.search(r"Waits 48 h, until 2027-01-1\d \d\d:", (tmp_path / "step" / "notes.jsonl").read_text())


def test_a_server_that_says_how_long_it_wants_to_be_left_alone_is_left_alone_by_all() -> None:
    pacer = Pacer(Pace(), journal=StepJournal("", ""), clock=JumpingClock())
    sent = [pacer.sent(), pacer.sent()]
    pacer.ended("", expected_tokens=0, tokens=0)
    pacer.failed(1, Failure(FailureKind.THROTTLED, "429", retry_after=7.0), sent[1], answered_before=0)
    assert pacer.seconds_left(0) == 7.0
