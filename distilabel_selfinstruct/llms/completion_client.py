"""Ask any distilabel LLM: one completion for each request, in order, recorded before it is handed out.

distilabel sends the requests of a batch together and loses all of them when one fails. Here each request stands
alone: its completion comes back, or a completion without text that says why there is none.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from itertools import count
from threading import Condition
from typing import TYPE_CHECKING, Any

from distilabel.models.llms.base import LLM, AsyncLLM

from distilabel_selfinstruct.analysis.short_context import remedy_of
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.journal.completions import request_key
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.arguments import Arguments, generation_arguments
from distilabel_selfinstruct.llms.batch.request import BatchRequest
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.llms.dispatcher import Dispatcher
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.outputs import as_messages, ask_together, completion_from
from distilabel_selfinstruct.llms.pacing import Pace, Pacer
from distilabel_selfinstruct.llms.recorded import RecordedLLM
from distilabel_selfinstruct.llms.reserving import Reserving
from distilabel_selfinstruct.llms.usage import TokenUsage, usage_of
from distilabel_selfinstruct.llms.work import Work
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Request, RequestStatus

if TYPE_CHECKING:
    from distilabel_selfinstruct.llms.batch.sender import BatchSender

TIME_LIMIT = 600.0
"""Seconds for the whole of an answer, where the LLM has no time limit of its own."""

SECONDS_FOR_OTHERS = 0.05
"""Before it is tried again to reserve what a request may use, while other steps have reserved all that is left."""

MOST_FAILURES = 20
"""Requests in a row that fail for good before the run is asked to stop: what one costs, all would."""


class CompletionClient:
    """Sends requests to an LLM and gives their completions back in the order of submission.

    An asynchronous LLM works on several requests at a time, without waiting for a slow one before it begins the next.
    Any other LLM gets all requests that wait as one batch. What the journal holds is not asked again.

    A request to an asynchronous LLM is sent until it is answered, or until it has failed `retries` times more while
    others were answered: then it fails for good. When nothing is answered any more, nothing fails: the run is asked to
    stop, and what waits was not sent.

    Args:
        llm: a loaded LLM. One of this package leaves retries to this client from now on.
        decoding_of: the sampling parameters of a request.
        journal: records each completion before it is handed out; says when to stop sending.
        warn: is told what the LLM cannot do, such as a sampling parameter that it does not take.
        pace: how fast an asynchronous LLM is asked.
        retries: how often a request is sent again.
        in_batches: whether requests are sent in batches of the server (see `llms.batch`), at no pace.
        clock: the time.

    Raises:
        ConfigError: there are to be batches, and the LLM has none, or the journal no state folder.
    """

    def __init__(
        self,
        llm: LLM,
        decoding_of: Callable[[Request], Decoding],
        *,
        journal: StepJournal,
        warn: Callable[[str], None],
        pace: Pace | None = None,
        retries: int = 6,
        in_batches: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._llm = llm
        self._decoding_of = decoding_of
        self._journal = journal
        self._warn = warn
        self._pace = pace or Pace()
        self._retries = retries
        self._clock = clock or Clock()
        self._arguments: dict[Decoding, Arguments] = {}
        self._submitted: deque[tuple[Request, Future[Completion]]] = deque()
        self._unsent: list[tuple[Request, Future[Completion]]] = []  # for an LLM that takes batches
        self._dispatcher: Dispatcher | None = None
        self._numbers = count()
        self._failures_in_a_row = 0
        self._taken = Condition()
        self._batches = self._new_batches() if in_batches else None

    def submit(self, request: Request) -> None:
        """Ask; `wait` gives the completion when its turn comes."""
        future: Future[Completion] = Future()
        decoding = self._decoding_of(request)
        recorded = self._journal.replay(request, decoding)
        if recorded is not None:
            future.set_result(recorded)
        elif isinstance(self._llm, RecordedLLM):
            future.set_result(self._record(request, decoding, self._llm.replay(request)))
        elif isinstance(self._llm, AsyncLLM) and self._batches is None:
            self._dispatcher = self._dispatcher or self._new_dispatcher(self._llm)
            record = partial(self._record, request, decoding)
            work = Work(next(self._numbers), request, self._arguments_for(decoding), record, future)
            self._dispatcher.submit(work)
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
        if self._dispatcher is not None:
            self._dispatcher.drain()

    def close(self) -> None:
        """`drain`, and close the connections of the LLM, which has to be loaded again before it is asked again."""
        self.drain()
        if self._dispatcher is not None:
            self._dispatcher.close(self._llm.aclose() if isinstance(self._llm, OpenAICompatibleLLM) else None)
            self._dispatcher = None
        if self._batches is not None:
            self._batches.close()
            self._batches = None

    def _new_batches(self) -> "BatchSender":
        if not isinstance(self._llm, OpenAICompatibleLLM):
            name = self._llm.model_name
            raise ConfigError(f"{name} takes no `batch`: it is for servers that have OpenAI's files and batches.")
        from distilabel_selfinstruct.llms.batch.sender import BatchSender  # it imports the client of the API

        patience = 60 * self._pace.max_wait_minutes
        return BatchSender(self._llm, self._journal, clock=self._clock, patience=patience)

    def _new_dispatcher(self, llm: AsyncLLM) -> Dispatcher:
        pacer = Pacer(self._pace, journal=self._journal, clock=self._clock)
        ours = llm if isinstance(llm, OpenAICompatibleLLM) else None
        if ours is not None:
            ours.leave_retries(pacer.read_headers)
        return Dispatcher(
            llm,
            pacer,
            self._journal,
            self._clock,
            retries=self._retries,
            patience=60 * self._pace.max_wait_minutes,
            time_limit=None if ours is not None else getattr(llm, "timeout", None) or TIME_LIMIT,
            check=None if ours is None else lambda prompt: ours.check(is_chat=not isinstance(prompt, str)),
        )

    def _send_batches(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._batches is not None:
            self._batches.answer([self._batch_request(request, future) for request, future in unsent])
            return
        waiting = deque(
            Work(
                next(self._numbers),
                request,
                self._arguments_for(decoding := self._decoding_of(request)),
                partial(self._record, request, decoding),
                future,
            )
            for request, future in unsent
        )
        reserving = Reserving(self._journal)
        while waiting:
            claimed: list[Work] = []
            while waiting and reserving.holds(waiting[0]) and not self._journal.claim_request():
                claimed.append(waiting.popleft())
            self._ask_together(claimed, reserving)
            if reason := self._journal.stop_reason:
                for work in waiting:
                    reserving.release(work, TokenUsage())
                    work.future.set_result(Completion.not_sent(reason, model=self._llm.model_name))
                return
            if not claimed:
                time.sleep(SECONDS_FOR_OTHERS)

    def _ask_together(self, claimed: Sequence[Work], reserving: Reserving) -> None:
        """Have an LLM that takes batches answer, with one batch for each decoding."""
        by_decoding: dict[int, list[Work]] = {}
        for work in claimed:
            by_decoding.setdefault(id(work.arguments), []).append(work)
        for batch in by_decoding.values():
            arguments, started = batch[0].arguments, time.monotonic()
            outputs = ask_together(self._llm, [as_messages(work.prompt) for work in batch], arguments)
            seconds = time.monotonic() - started
            recorded: list[Completion] = []
            for work, output in zip(batch, outputs, strict=True):
                completion = completion_from(self._llm, output, arguments, seconds=seconds)
                reserving.release(work, usage_of(completion))
                recorded.append(work.record(completion))
            self._journal.sync()
            for work, completion in zip(batch, recorded, strict=True):
                work.future.set_result(completion)

    def _batch_request(self, request: Request, future: "Future[Completion]") -> BatchRequest:
        decoding = self._decoding_of(request)
        arguments = self._arguments_for(decoding)

        def deliver(output: Any, batch: str, seconds: float) -> None:
            completion = replace(completion_from(self._llm, output, arguments, seconds=seconds), batch=batch)
            recorded = self._record(request, decoding, completion)
            self._journal.sync()
            future.set_result(recorded)

        def hold_back(reason: str) -> None:
            future.set_result(Completion.not_sent(reason, model=self._llm.model_name))

        name = f"{request.number}-{request_key(request, decoding)}"
        return BatchRequest(name, request.prompt, arguments.keywords, deliver, hold_back)

    def _record(self, request: Request, decoding: Decoding, completion: Completion) -> Completion:
        """Write a completion; what was asked of a model is handed out after `StepJournal.sync` only."""
        if completion.status is not RequestStatus.EXHAUSTED:  # a recording that ended says nothing about the request
            self._journal.record_completion(request, decoding, completion, durable=False)
        if not isinstance(self._llm, RecordedLLM):
            self._stop_if_all_fail(request, completion)
        return completion

    def _stop_if_all_fail(self, request: Request, completion: Completion) -> None:
        self._failures_in_a_row = self._failures_in_a_row + 1 if completion.text is None else 0
        if self._failures_in_a_row == MOST_FAILURES:
            self._journal.ask_to_stop(
                f"{self._journal.step}: {MOST_FAILURES} requests in a row failed. The last failure was: "
                f"{completion.error.rstrip('.')}. {remedy_of(request.stage, completion.error)}"
            )

    def _arguments_for(self, decoding: Decoding) -> Arguments:
        if decoding not in self._arguments:
            arguments = self._arguments[decoding] = generation_arguments(self._llm, decoding)
            if arguments.left_out:
                missing = ", ".join(arguments.left_out)
                self._warn(f"{type(self._llm).__name__} takes no {missing}: sampling differs from the paper's.")
        return self._arguments[decoding]
