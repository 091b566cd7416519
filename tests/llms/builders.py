"""Requests, and ways to ask them, for the tests of models."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from distilabel.models.llms.base import LLM

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import Decoding, PromptForm, default_decoding
from distilabel_selfinstruct.records import Completion, Request, Stage
from tests.clocks import FastClock


def a_request(
    prompt: Any = "1. Name a river.\n2.",
    *,
    stage: Stage = Stage.INSTRUCTION_GENERATION,
    number: int = 0,
    instruction: str = "",
    is_classification: bool = False,
) -> Request:
    return Request(stage, number, prompt, instruction, is_classification)


def chat(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


def requests_for(*prompts: Any) -> list[Request]:
    return [a_request(prompt, number=number) for number, prompt in enumerate(prompts)]


def asked(
    llm: LLM,
    requests: Sequence[Request],
    *,
    decoding: Decoding | None = None,
    form: PromptForm = "completion",
    max_in_flight: int = 5,
    warnings: list[str] | None = None,
    retries: int = 2,
) -> list[Completion]:
    """The completions, by the paper's decoding for each request unless another is given. A minute takes 0.6 s."""

    def decoding_of(request: Request) -> Decoding:
        return decoding or default_decoding(request.stage, is_classification=request.is_classification, form=form)

    asker = CompletionClient(
        llm,
        decoding_of,
        pace=Pace(max_in_flight=max_in_flight, max_wait_minutes=2),
        retries=retries,
        journal=StepJournal("", "step"),
        warn=([] if warnings is None else warnings).append,
        clock=FastClock(100),
    )
    try:
        return asker.ask(requests)
    finally:
        asker.close()
        if isinstance(llm, OpenAICompatibleLLM):  # its connections are closed; a test may ask again
            llm.load()


@contextmanager
def loaded(llm: OpenAICompatibleLLM) -> Iterator[OpenAICompatibleLLM]:
    """The LLM, ready to be asked, without retries of its own; its connections closed at the end."""
    llm.max_retries = 0
    llm.load()
    try:
        yield llm
    finally:
        llm.event_loop.run_until_complete(llm.aclose())
        # As the host does when the LLM is deleted; here, so that no test depends on when that is.
        llm.event_loop.close()
