"""Requests that are sent in batches, in a time that passes by itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.batch.lines import BatchLimits
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.prompts import default_decoding
from distilabel_selfinstruct.records import Completion, Request, Stage
from tests.local_openai_server import KEY, LocalOpenAIServer

STEP = "classification"


class JumpingClock(Clock):
    """A clock on which every wait is over at once."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return 1_800_000_000.0 + self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def about(*instructions: str) -> list[Request]:
    return [
        Request(Stage.CLASSIFICATION, number, [{"role": "user", "content": text}], text)
        for number, text in enumerate(instructions)
    ]


@contextmanager
def batching(
    server: LocalOpenAIServer, state: Path, *, limits: BatchLimits | None = None, **options: Any
) -> Iterator[CompletionClient]:
    """A client of one step that sends batches."""
    llm = OpenAICompatibleLLM(model="small", base_url=server.url, api_key=KEY)
    llm.load()
    state.mkdir(exist_ok=True)
    journal = StepJournal(state, STEP, **options)
    client = CompletionClient(
        llm,
        lambda request: default_decoding(request.stage),
        journal=journal,
        warn=lambda _: None,
        in_batches=True,
        clock=JumpingClock(),
    )
    assert client._batches is not None
    if limits is not None:
        client._batches._limits, client._batches._most_requests = limits, limits.requests
    try:
        yield client
    finally:
        client.close()
        journal.close()


def asked(server: LocalOpenAIServer, state: Path, requests: Sequence[Request], **options: Any) -> list[Completion]:
    with batching(server, state, **options) as client:
        return client.ask(requests)
