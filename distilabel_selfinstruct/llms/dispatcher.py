"""Sends requests to an asynchronous LLM at the pace that is allowed, each until it is answered or fails for good."""

import asyncio
import heapq
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, cast

from distilabel.models.llms.base import AsyncLLM

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.llms.failures import Failure, FailureKind, failure_of
from distilabel_selfinstruct.llms.outputs import completion_from
from distilabel_selfinstruct.llms.pacing import Pacer
from distilabel_selfinstruct.llms.recording_queue import Arrival, RecordingQueue
from distilabel_selfinstruct.llms.reserving import Reserving
from distilabel_selfinstruct.llms.transport.errors import RequestTimeoutError
from distilabel_selfinstruct.llms.usage import TokenUsage, billed, usage_of
from distilabel_selfinstruct.llms.work import Work
from distilabel_selfinstruct.records import Completion

SECONDS_BETWEEN_LOOKS = 0.2
"""How often a dispatcher that waits looks whether it was asked to stop."""

SECONDS_TO_CHECK = 60.0
"""How long an answer to a small request is waited for."""

NO_LONGER_NEEDED = "no longer needed"

Check = Callable[[Any], Awaitable[TokenUsage]]


class Dispatcher:
    """An event loop in a thread of its own that sends requests, and another thread that writes to disk.

    Args:
        llm: answers; it must not retry by itself.
        pacer: says when a request may be sent.
        journal: says when to stop.
        clock: the time.
        retries: how often a request that fails while others are answered is sent again.
        patience: for how many seconds a request may be put off by a server that answers others.
        time_limit: for how many seconds the whole of an answer is waited for; None if the LLM itself ends its waiting.
        check: asks something small in the form of a prompt; gives what that cost, or raises if there is no answer.
    """

    def __init__(
        self,
        llm: AsyncLLM,
        pacer: Pacer,
        journal: StepJournal,
        clock: Clock,
        *,
        retries: int,
        patience: float,
        time_limit: float | None,
        check: Check | None = None,
    ) -> None:
        self._llm = llm
        self._pacer = pacer
        self._journal = journal
        self._clock = clock
        self._retries = retries
        self._patience = patience
        self._time_limit = time_limit
        self._check = check
        self._reserving = Reserving(journal)
        self._closing = False
        self._submitted: deque[Work] = deque()
        self._is_told = False
        self._ready: list[Work] = []
        self._put_off: list[tuple[float, Work]] = []
        self._open: set[Future[Completion]] = set()
        self._recording = RecordingQueue(journal)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._thread = Thread(target=self._loop.run_forever, name="requests", daemon=True)
        self._thread.start()
        self._watching = [
            asyncio.run_coroutine_threadsafe(coroutine, self._loop) for coroutine in (self._send_all(), self._look())
        ]

    def submit(self, work: Work) -> None:
        """Send a request when its turn comes; its future gets the completion. For any thread."""
        self._open.add(work.future)
        work.future.add_done_callback(self._open.discard)
        self._submitted.append(work)
        if not self._is_told:
            self._is_told = True
            self._loop.call_soon_threadsafe(self._add_submitted)

    def drain(self) -> None:
        """Give up what was not sent yet; wait for what was."""
        self._closing = True
        self._loop.call_soon_threadsafe(self._wake.set)
        for future in list(self._open):
            future.exception()
        self._closing = False

    def close(self, last: Coroutine[Any, Any, None] | None) -> None:
        """Run the last coroutine and end the threads, after `drain`."""
        for watching in self._watching:
            watching.cancel()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        if pending := asyncio.all_tasks(self._loop):  # what was handed out before its task was over
            self._loop.run_until_complete(asyncio.wait(pending))
        if last is not None:
            self._loop.run_until_complete(last)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        self._recording.close()

    def _add_submitted(self) -> None:
        self._is_told = False  # what is submitted from now on may come too late for this turn
        while self._submitted:
            heapq.heappush(self._ready, self._submitted.popleft())
        self._wake.set()

    async def _look(self) -> None:
        """Wake the sender now and then, and end what is in flight when it must not be waited for."""
        while True:
            await self._clock.sleep(SECONDS_BETWEEN_LOOKS)
            self._wake.set()
            if self._tasks and self._journal.is_abandoned:
                for task in list(self._tasks):
                    task.cancel()

    async def _send_all(self) -> None:
        while True:
            await self._send_next()

    async def _send_next(self) -> None:
        """Send a request, or wait a little, or give up all that wait."""
        try:
            await self._send_or_wait()
        except Exception as error:  # unsent, the requests would be waited for in vain
            self._give_up(error)

    async def _send_or_wait(self) -> None:
        self._take_back(self._clock.now())
        if not self._ready and not self._put_off:
            await self._sleep_until_woken()
            return
        if reason := NO_LONGER_NEEDED if self._closing else self._journal.stop_reason:
            self._give_up(reason)
            return
        if not self._ready or self._pacer.holds_back():
            await self._sleep_until_woken()
            return
        work = self._ready[0]
        if not self._reserving.holds(work):
            await self._clock.sleep(SECONDS_BETWEEN_LOOKS)
            return
        work.expected_tokens = self._pacer.expected_tokens(work.request.prompt)
        wait = self._pacer.seconds_left(work.expected_tokens)
        if wait > 0:
            await self._clock.sleep(min(wait, SECONDS_BETWEEN_LOOKS))
            return
        if not work.is_claimed and self._journal.claim_request():
            return  # the journal asks to stop from now on
        work.is_claimed = True
        heapq.heappop(self._ready)
        task = self._loop.create_task(self._attempt(work, self._pacer.sent()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sleep_until_woken(self) -> None:
        self._wake.clear()
        await self._wake.wait()

    def _take_back(self, now: float) -> None:
        while self._put_off and (self._closing or self._put_off[0][0] <= now):
            heapq.heappush(self._ready, heapq.heappop(self._put_off)[1])

    def _give_up(self, why: str | Exception) -> None:
        given_up = [*self._ready, *(work for _, work in self._put_off)]
        self._ready, self._put_off = [], []
        for work in given_up:
            self._reserving.release(work, TokenUsage())
            if isinstance(why, Exception):
                work.future.set_exception(why)
            else:
                self._give_up_one(work, why)

    def _give_up_one(self, work: Work, why: str) -> None:
        """Hand out that a request was not sent; what it cost all the same is recorded, as a failure."""
        unsent = Completion.not_sent(why, model=self._llm.model_name)
        if work.spent == TokenUsage():
            work.future.set_result(unsent)
        else:
            self._finish(work, work.failed(self._llm.model_name), unsent)

    async def _attempt(self, work: Work, sent_at: float) -> None:
        try:
            completion = await self._completion(work, sent_at)
        except asyncio.CancelledError:  # it must not be waited for
            self._give_up_one(work, self._journal.stop_reason or NO_LONGER_NEEDED)
            return
        except Exception as error:  # whatever happens, it is not waited for in vain
            work.future.set_exception(error)
            return
        finally:
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))
            self._wake.set()
        if completion is not None:
            self._finish(work, completion)

    async def _completion(self, work: Work, sent_at: float) -> Completion | None:
        """Send a request once. Returns what came of it, or None if it waits for another try."""
        answered_before, started, used = self._pacer.num_answered, time.monotonic(), TokenUsage()
        try:
            output = await self._output(work.request.prompt, work.arguments.keywords)
            completion = completion_from(self._llm, output, work.arguments, seconds=time.monotonic() - started)
            used = usage_of(completion)
        finally:
            self._reserving.release(work, used)
            self._pacer.ended(work.request.prompt, expected_tokens=work.expected_tokens, tokens=used.total)
        if not isinstance(output, Exception):
            self._is_answered(sent_at)
            return completion
        failure = failure_of(self._llm, output, self._clock.wall())
        if failure.kind is FailureKind.OWN:
            return completion
        work.last_failure = failure.said
        if work.failing_since is None:
            work.failing_since, work.answered_before = sent_at, answered_before
        self._pacer.failed(work.number, failure, sent_at, answered_before=answered_before)
        if not await self._has_another_try(work, failure):
            return completion
        work.spent += billed(output)
        return None

    async def _output(self, prompt: Any, keywords: dict[str, Any]) -> Any:
        """What the LLM gives, or the exception that it raises."""
        try:
            answer = self._llm.agenerate(input=prompt, **keywords)
            return await (answer if self._time_limit is None else asyncio.wait_for(answer, self._time_limit))
        except Exception as error:  # whatever a client raises, its own RequestTimeoutError included
            if self._time_limit is None or isinstance(error, RequestTimeoutError):
                return error
            return RequestTimeoutError(self._time_limit) if isinstance(error, asyncio.TimeoutError) else error

    def _is_answered(self, sent_at: float) -> None:
        if self._pacer.answered(sent_at):  # what was put off while nothing was answered need not wait any more
            self._take_back(math.inf)

    async def _has_another_try(self, work: Work, failure: Failure) -> bool:
        """Whether a request that failed is sent again; if so, it is in line for it."""
        # While others wait, their answers tell whether the failure is about this one.
        is_last = not self._ready and not self._put_off and not self._tasks - {asyncio.current_task()}
        is_own = is_last and failure.kind.concerns_the_request
        # The one that tries may be one that nothing remedies, and then it would stand for a server that is well.
        is_suspect = self._pacer.tries_one or (is_last and self._pacer.fails_alone(work.number))
        if self._check and is_suspect and failure.kind is not FailureKind.THROTTLED:
            is_own = await self._answers_another(work)
        others_were_answered = self._pacer.num_answered > work.answered_before
        work.answered_before = self._pacer.num_answered
        work.retries += 1
        if self._pacer.is_silent and not self._pacer.fails_alone(work.number):
            heapq.heappush(self._ready, work)  # the pacer says when
            return True
        if failure.kind is FailureKind.THROTTLED:
            waited = self._clock.now() - cast("float", work.failing_since)
            if others_were_answered and waited > self._patience:
                return False
        elif is_own or others_were_answered:
            work.own_failures += 1
            if work.own_failures > self._retries:
                work.retries -= 1
                return False
        heapq.heappush(self._put_off, (self._clock.now() + work.seconds_to_wait, work))
        return True

    async def _answers_another(self, work: Work) -> bool:
        """Whether the server answers a small request, since no other tells whether a failure is about one prompt."""
        sent_at, used = self._pacer.sent(), TokenUsage()
        try:
            used = await asyncio.wait_for(cast("Check", self._check)(work.request.prompt), SECONDS_TO_CHECK)
        except Exception as error:
            used = billed(error)
            self._pacer.fails_others()
            return False
        else:
            self._is_answered(sent_at)
            return True
        finally:
            self._pacer.ended("", expected_tokens=0, tokens=0)
            self._reserving.add(used)
            work.spent += used

    def _finish(self, work: Work, completion: Completion, handed_out: Completion | None = None) -> None:
        """Record what came of a request, and hand it out, or something else in its place."""
        self._recording.add(Arrival(work, work.whole(completion), handed_out))
