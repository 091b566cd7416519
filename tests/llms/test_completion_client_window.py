"""Many requests at a time: the model is kept busy, the order is kept, what is given up was never sent."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from distilabel.models.llms.base import LLM, AsyncLLM
from distilabel.models.llms.utils import prepare_output
from pydantic import PrivateAttr, SecretStr

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.journal.stop_file import ask_to_stop
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import default_decoding
from distilabel_selfinstruct.records import Request, RequestStatus, Stage
from tests.clocks import FastClock
from tests.llms.builders import requests_for
from tests.local_openai_server import KEY, LocalOpenAIServer, invalid_key

AT_A_TIME = 8


class UnevenLLM(AsyncLLM):
    """Repeats its prompt after a time that is log-normal, as that of servers is."""

    median: float = 0.01
    sigma: float = 0.8

    _random: Random = PrivateAttr(default_factory=lambda: Random(1))
    _started: list[str] = PrivateAttr(default_factory=list)
    _at_a_time: int = PrivateAttr(default=0)
    _most_at_a_time: int = PrivateAttr(default=0)

    @property
    def model_name(self) -> str:
        return "uneven"

    async def agenerate(self, input: Any, num_generations: int = 1) -> Any:
        self._started.append(input)
        self._at_a_time += 1
        self._most_at_a_time = max(self._most_at_a_time, self._at_a_time)
        await asyncio.sleep(self.median * self._random.lognormvariate(0, self.sigma))
        self._at_a_time -= 1
        return prepare_output([input] * num_generations)


@contextmanager
def an_asker(
    llm: LLM, state: Path | str, max_in_flight: int = AT_A_TIME, clock: Clock | None = None
) -> Iterator[CompletionClient]:
    journal = StepJournal(state, "step")
    asker = CompletionClient(
        llm,
        lambda request: default_decoding(request.stage),
        pace=Pace(max_in_flight=max_in_flight),
        journal=journal,
        warn=lambda _: None,
        clock=clock,
    )
    try:
        yield asker
    finally:
        asker.close()
        journal.close()


def recorded(state: Path) -> list[str]:
    """What is whole in the journal, which may be written to at this moment."""
    content = (state / "step" / "completions.jsonl").read_bytes()
    lines = map(jsonl.parse, content[: content.rfind(b"\n") + 1].splitlines())
    return [line.value["prompt"] for line in lines]


def prompts(count: int) -> list[Request]:
    return requests_for(*(f"prompt {number}" for number in range(count)))


def test_completions_come_in_the_order_of_submission(tmp_path: Path) -> None:
    llm = UnevenLLM()
    with an_asker(llm, tmp_path) as asker:
        completions = asker.ask(prompts(100))
    assert [completion.text for completion in completions] == [f"prompt {number}" for number in range(100)]
    # They are recorded as they arrive.
    assert recorded(tmp_path) != sorted(recorded(tmp_path))
    assert sorted(recorded(tmp_path)) == sorted(f"prompt {number}" for number in range(100))


@pytest.mark.parametrize("max_in_flight", [1, 3, 8])
def test_no_more_requests_than_wanted_are_under_way(max_in_flight: int) -> None:
    llm = UnevenLLM()
    with an_asker(llm, "", max_in_flight) as asker:
        asker.ask(prompts(40))
    assert llm._most_at_a_time == max_in_flight


def test_a_completion_is_recorded_before_it_is_handed_out(tmp_path: Path) -> None:
    with an_asker(UnevenLLM(), tmp_path) as asker:
        for request in prompts(30):
            asker.submit(request)
        for _ in range(30):
            request, _ = asker.wait()
            assert request.prompt in recorded(tmp_path)


def test_what_arrives_together_is_on_disk_with_few_syncs_before_it_is_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk: list[int] = []
    real = os.fsync

    def slow(descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        time.sleep(0.02)  # as on a disk that turns
        real(descriptor)
        on_disk.append(size)

    monkeypatch.setattr(os, "fsync", slow)
    journal = tmp_path / "step" / "completions.jsonl"
    with an_asker(UnevenLLM(median=0.001), tmp_path, 64) as asker:
        for request in prompts(200):
            asker.submit(request)
        for _ in range(200):
            request, _ = asker.wait()
            assert f'"{request.prompt}"'.encode() in journal.read_bytes()[: on_disk[-1]]
    assert len(on_disk) < 100


def test_draining_gives_up_what_was_not_sent_and_records_the_rest(tmp_path: Path) -> None:
    llm = UnevenLLM(median=0.05, sigma=0)
    with an_asker(llm, tmp_path, 3) as asker:
        for request in prompts(20):
            asker.submit(request)
        asker.wait()
        asker.drain()
        assert 3 <= len(llm._started) <= 7
        assert sorted(recorded(tmp_path)) == sorted(llm._started)
        assert asker.ask(prompts(21)[20:])[0].text == "prompt 20"  # it can be asked again


def test_closing_records_what_is_under_way(tmp_path: Path) -> None:
    llm = UnevenLLM(median=0.05, sigma=0)
    with an_asker(llm, tmp_path, 3) as asker:
        for request in prompts(20):
            asker.submit(request)
        asker.wait()
    assert sorted(recorded(tmp_path)) == sorted(llm._started)


def test_after_a_reason_to_stop_nothing_more_is_sent_or_recorded(tmp_path: Path) -> None:
    llm = UnevenLLM()
    with an_asker(llm, tmp_path, 2) as asker:
        first = asker.ask(prompts(4))
        ask_to_stop(tmp_path, "it was interrupted.")
        later = asker.ask(prompts(9)[4:])
    assert [completion.text is None for completion in first] == [False] * 4
    assert [(completion.status, completion.error) for completion in later] == [
        (RequestStatus.NOT_SENT, "it was interrupted.")
    ] * 5
    assert len(llm._started) == len(recorded(tmp_path)) == 4


def test_what_is_recorded_is_not_asked_again(tmp_path: Path) -> None:
    with an_asker(UnevenLLM(), tmp_path) as asker:
        before = asker.ask(prompts(12))
    again = UnevenLLM()
    with an_asker(again, tmp_path) as asker:
        assert asker.ask(prompts(15))[:12] == before
    assert sorted(again._started) == ["prompt 12", "prompt 13", "prompt 14"]


@pytest.mark.slow
def test_no_key_is_written_though_the_server_repeats_it(tmp_path: Path) -> None:
    with LocalOpenAIServer([invalid_key()]) as server:
        llm = OpenAICompatibleLLM(model="small", base_url=server.url, api_key=SecretStr(KEY))
        llm.load()
        with an_asker(llm, tmp_path, clock=FastClock(50)) as asker:
            (completion,) = asker.ask([Request(Stage.CLASSIFICATION, 0, "Prompt")])
        llm.event_loop.close()
    assert server.asked[0].key == KEY
    assert "Incorrect API key provided: ***." in completion.error
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"stop", "notes.jsonl"}
    assert [path for path in files if KEY in path.read_text()] == []
