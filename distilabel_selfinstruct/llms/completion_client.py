"""Ask any distilabel LLM: one completion for each request, in order, recorded before it is handed out.

distilabel sends the requests of a batch together and loses all of them when one fails. Here each request stands
alone: its completion comes back, or a completion without text that says why there is none.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from threading import Condition, Thread
from typing import Any

from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
from distilabel.models.llms.base import LLM, AsyncLLM
from pydantic import SecretStr

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.arguments import Arguments, generation_arguments
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.reading_answers import text_before_stop
from distilabel_selfinstruct.llms.recorded import RecordedLLM
from distilabel_selfinstruct.llms.usage import TokenUsage, billed
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Request, RequestStatus


class CompletionClient:
    """Sends requests to an LLM and gives their completions back in the order of submission.

    An asynchronous LLM works on at most `max_in_flight` requests at a time, without waiting for a slow one before it
    begins the next. Any other LLM gets all requests that wait as one batch. What the journal holds is not asked again.

    Args:
        llm: a loaded LLM.
        decoding_of: the sampling parameters of a request.
        max_in_flight: how many requests an asynchronous LLM works on at a time.
        journal: records each completion before it is handed out; says when to stop sending.
        warn: is told what the LLM cannot do, such as a sampling parameter that it does not take.
    """

    def __init__(
        self,
        llm: LLM,
        decoding_of: Callable[[Request], Decoding],
        *,
        max_in_flight: int,
        journal: StepJournal,
        warn: Callable[[str], None],
    ) -> None:
        self._llm = llm
        self._decoding_of = decoding_of
        self._max_in_flight = max_in_flight
        self._journal = journal
        self._warn = warn
        self._arguments: dict[Decoding, Arguments] = {}
        self._submitted: deque[tuple[Request, Future[Completion]]] = deque()
        self._unsent: list[tuple[Request, Future[Completion]]] = []  # for an LLM that takes batches
        self._loop: _Loop | None = None
        self._taken = Condition()

    def submit(self, request: Request) -> None:
        """Ask; `wait` gives the completion when its turn comes."""
        future: Future[Completion] = Future()
        decoding = self._decoding_of(request)
        recorded = self._journal.replay(request, decoding)
        if recorded is not None:
            future.set_result(recorded)
        elif isinstance(self._llm, RecordedLLM):
            future.set_result(self._record(request, decoding, self._llm.replay(request)))
        elif isinstance(self._llm, AsyncLLM):
            self._loop = self._loop or _Loop(self._max_in_flight)
            arguments = self._arguments_for(decoding)
            future = self._loop.run(self._one(self._llm, self._loop, request, decoding, arguments))
        else:
            self._unsent.append((request, future))
        self._submitted.append((request, future))

    def wait(self) -> tuple[Request, Completion]:
        """The oldest request submitted and not waited for yet, and its completion."""
        request, future = self._submitted.popleft()
        if not future.done() and self._unsent:
            self._send_batches()
        completion = future.result()
        with self._taken:
            self._taken.notify()
        return request, completion

    def wait_for_room(self, limit: int) -> None:
        """Wait until fewer than `limit` requests are submitted and not waited for; for another thread than `wait`'s."""
        with self._taken:
            self._taken.wait_for(lambda: len(self._submitted) < limit)

    def ask(self, requests: Sequence[Request]) -> list[Completion]:
        """The completions of the requests, in their order."""
        for request in requests:
            self.submit(request)
        return [self.wait()[1] for _ in requests]

    def drain(self) -> None:
        """Give up what was not sent yet; wait for what was, and record it."""
        self._unsent.clear()
        self._submitted.clear()
        if self._loop is not None:
            self._loop.drain()

    def close(self) -> None:
        """`drain`, and close the connections of the LLM, which has to be loaded again before it is asked again."""
        self.drain()
        if self._loop is not None:
            self._loop.close(self._llm.aclose() if isinstance(self._llm, OpenAICompatibleLLM) else None)
            self._loop = None

    async def _one(
        self, llm: AsyncLLM, loop: "_Loop", request: Request, decoding: Decoding, arguments: Arguments
    ) -> Completion:
        async with loop.free:
            if held_back := self._held_back(loop.closing):
                return held_back
            started = time.monotonic()
            try:
                output: Any = await llm.agenerate(input=request.prompt, **arguments.keywords)
            except Exception as error:  # whatever a client raises, it concerns this request only
                output = error
        # The place is free for the next request while this one goes to disk.
        completion = completion_from(llm, output, arguments, seconds=time.monotonic() - started)
        return await loop.in_writer(lambda: self._record(request, decoding, completion))

    def _send_batches(self) -> None:
        unsent, self._unsent = self._unsent, []
        by_decoding: dict[Decoding, list[tuple[Request, Future[Completion]]]] = {}
        for request, future in unsent:
            if held_back := self._held_back(closing=False):
                future.set_result(held_back)
            else:
                by_decoding.setdefault(self._decoding_of(request), []).append((request, future))
        for decoding, batch in by_decoding.items():
            arguments, started = self._arguments_for(decoding), time.monotonic()
            outputs = _ask_together(self._llm, [_as_messages(request.prompt) for request, _ in batch], arguments)
            seconds = time.monotonic() - started
            for (request, future), output in zip(batch, outputs, strict=True):
                completion = completion_from(self._llm, output, arguments, seconds=seconds)
                future.set_result(self._record(request, decoding, completion))

    def _held_back(self, closing: bool) -> Completion | None:  # noqa: FBT001
        reason = "no longer needed" if closing else self._journal.claim_request()
        return None if reason is None else Completion.not_sent(reason, model=self._llm.model_name)

    def _record(self, request: Request, decoding: Decoding, completion: Completion) -> Completion:
        if completion.status is not RequestStatus.EXHAUSTED:  # a recording that ended says nothing about the request
            self._journal.record_completion(request, decoding, completion)
        return completion

    def _arguments_for(self, decoding: Decoding) -> Arguments:
        if decoding not in self._arguments:
            arguments = self._arguments[decoding] = generation_arguments(self._llm, decoding)
            if arguments.left_out:
                missing = ", ".join(arguments.left_out)
                self._warn(f"{type(self._llm).__name__} takes no {missing}: sampling differs from the paper's.")
        return self._arguments[decoding]


class _Loop:
    """An event loop in a thread of its own, and another thread that writes to disk."""

    def __init__(self, max_in_flight: int) -> None:
        self.free = asyncio.Semaphore(max_in_flight)
        self.closing = False
        self._loop = asyncio.new_event_loop()
        self._writer = ThreadPoolExecutor(1, "journal")
        self._futures: set[Future[Completion]] = set()
        self._thread = Thread(target=self._loop.run_forever, name="requests", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Completion]) -> "Future[Completion]":
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    async def in_writer(self, write: Callable[[], Completion]) -> Completion:
        return await self._loop.run_in_executor(self._writer, write)

    def drain(self) -> None:
        """Let the requests that wait for a place give up; wait for the others."""
        self.closing = True
        for future in list(self._futures):
            future.exception()
        self.closing = False

    def close(self, last: Coroutine[Any, Any, None] | None) -> None:
        """Run the last coroutine and end the threads."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        if last is not None:
            self._loop.run_until_complete(last)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        self._writer.shutdown()


def completion_from(llm: LLM, output: Any, arguments: Arguments, *, seconds: float = 0.0) -> Completion:
    """What an LLM's output, or the exception that it raised, says as a completion."""
    facts: dict[str, Any] = {"model": llm.model_name, "seconds": round(seconds, 3)}
    if isinstance(output, Exception):
        reason = _without_secrets(llm, f"{type(output).__name__}: {output}")
        return Completion.failed(reason, **asdict(billed(output)), **facts)
    try:
        text = output["generations"][0]
    except (LookupError, TypeError):
        return Completion.failed("the answer holds no generation", **facts)
    usage = _usage(output)
    finish_reason = _first(output.get("finish_reason"))
    facts |= {**asdict(usage), "retries": _first(output.get("retries")) or 0}
    if not isinstance(text, str):
        why = f"the answer holds no text (finish reason: {finish_reason})"
        return Completion.failed(why, finish_reason=finish_reason, **facts)
    is_at_limit = usage.output_tokens >= arguments.max_tokens and not isinstance(llm, OpenAICompatibleLLM)
    if finish_reason is None and is_at_limit:
        # An LLM that does not say why it ended, at its limit: cut off.
        finish_reason = "length"
    if (before := text_before_stop(text, arguments.cut_at)) is not None:
        text, finish_reason = before, "stop"
    reasoning = _first(output.get("reasoning")) or ""
    return Completion(text=text, finish_reason=finish_reason, reasoning=reasoning, **facts)


def _usage(output: Any) -> TokenUsage:
    statistics = output.get("statistics") or {}
    return TokenUsage(
        input_tokens=_first(statistics.get("input_tokens")) or 0,
        output_tokens=_first(statistics.get("output_tokens")) or 0,
        reasoning_tokens=_first(output.get("reasoning_tokens")) or 0,
        cached_tokens=_first(output.get("cached_tokens")) or 0,
    )


def _ask_together(llm: LLM, prompts: list[Any], arguments: Arguments) -> list[Any]:
    try:
        outputs = list(llm.generate_outputs(inputs=prompts, num_generations=1, **arguments.keywords))
    except DistilabelOfflineBatchGenerationNotFinishedException:
        raise
    except Exception as error:
        if len(prompts) == 1:
            return [error]
        return [output for prompt in prompts for output in _ask_together(llm, [prompt], arguments)]
    if len(outputs) != len(prompts):
        # Which output belongs to which prompt is anyone's guess.
        return [ValueError(f"{len(outputs)} outputs came for {len(prompts)} inputs")] * len(prompts)
    return outputs


def _as_messages(prompt: Any) -> Any:
    # LLMs in this process take chat messages only. With a template that passes the content through (or a base model's
    # tokenizer, which has none) a single message is a completion prompt.
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _without_secrets(llm: LLM, text: str) -> str:
    for _, value in llm:
        if isinstance(value, SecretStr) and value.get_secret_value():
            text = text.replace(value.get_secret_value(), "***")
    return text
