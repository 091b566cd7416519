"""Has requests answered in batches: what was sent is fetched, whatever happened meanwhile, before more is sent."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from distilabel_selfinstruct.journal.batch_ledger import BatchState
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.batch.lines import (
    CHAT_URL,
    COMPLETIONS_URL,
    BatchLimits,
    BatchLine,
    read_lines,
    request_bodies,
    request_line,
    split,
)
from distilabel_selfinstruct.llms.batch.reading import AnswerReader
from distilabel_selfinstruct.llms.batch.request import BatchRequest
from distilabel_selfinstruct.llms.batch.server import TOO_MUCH_QUEUED, BatchServer, RemoteBatch
from distilabel_selfinstruct.llms.batch.waiting import (
    FIRST_POLL,
    LONGEST_POLL,
    OTHER_MODEL,
    POLL_GROWTH,
    BatchCalls,
    BatchStopError,
)
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.llms.failures import in_one_line, said_by
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.outputs import usage_in
from distilabel_selfinstruct.llms.reserving import Reserving
from distilabel_selfinstruct.llms.transport.client import may_pass
from distilabel_selfinstruct.llms.usage import TokenUsage
from distilabel_selfinstruct.records import RESUME

MOST_TRIALS = 8
"""Requests that are asked one by one, at most, to find out how the thoughts of a model are treated."""

SECONDS_TO_SETTLE = 0.3
"""Before a batch is sent, so that a limit is seen that the answers before it have reached."""

SECONDS_FOR_OTHERS = 1.0
"""Before it is tried again to reserve what a request may use, while other steps have reserved all that is left."""


class BatchSender:
    """Sends the requests of a step in batches and waits for their answers.

    The first request is asked directly, at the full price: a parameter that the server refuses would fail in all
    requests of a batch, and only be known when that is over.

    Args:
        llm: a loaded LLM, whose server has endpoints for files and batches.
        journal: of the step; it has the ledger of its batches, and says when to stop.
        clock: the time.
        patience: for how many seconds a server is asked that answers nothing.
        limits: how large a batch may be.
    """

    def __init__(
        self,
        llm: OpenAICompatibleLLM,
        journal: StepJournal,
        *,
        clock: Clock,
        patience: float,
        limits: BatchLimits | None = None,
    ) -> None:
        self._llm = llm
        self._journal = journal
        self._clock = clock
        self._limits = limits or BatchLimits()
        self._server = BatchServer(llm.client)
        self._ledger = journal.batch_ledger()
        self._calls = BatchCalls(journal, clock, patience, partial(said_by, llm))
        self._reader = AnswerReader(llm)
        self._loop = asyncio.new_event_loop()
        self._gone = (
            "Use the key and the address that the batch was sent with; if the server has removed it, remove "
            f"{self._ledger.path} to pay for its requests again."
        )
        self._reserving = Reserving(journal, in_batches=True)
        self._knows_server = self._has_failed = False
        self._most_requests = self._limits.requests
        self._left: dict[str, BatchRequest] = {}

    def answer(self, requests: Sequence[BatchRequest]) -> None:
        """Have the requests answered: each is delivered or held back when this returns.

        A request that is in a batch of an earlier attempt at the run is not sent again.

        Raises:
            OutputFileError: the ledger cannot be written.
        """
        self._left, self._has_failed = {request.name: request for request in requests}, True
        self._loop.run_until_complete(self._answer())
        self._has_failed = False

    def close(self) -> None:
        """Close the connections of the LLM. Open batches are forgotten where nobody needs their answers any more."""
        if not (self._has_failed or self._journal.stop_reason):
            for state in self._ledger.open:
                self._ledger.update(state, is_over=True)
        self._ledger.close()
        self._loop.run_until_complete(self._llm.aclose())
        self._loop.close()

    async def _answer(self) -> None:
        try:
            await self._fetch_all()
            while self._left:
                await self._learn()
                await self._calls.wait(SECONDS_TO_SETTLE)
                if claimed := [request for request in list(self._left.values()) if self._claim(request)]:
                    await self._send(claimed)
                elif self._left:
                    await self._calls.wait(SECONDS_FOR_OTHERS)
                await self._fetch_all()
        except BatchStopError as stop:
            reason = self._journal.ask_to_stop(stop.reason)
            for request in self._left.values():
                request.hold_back(reason)

    async def _learn(self) -> None:
        """Ask so many requests directly that the server's rules are known."""
        for _ in range(MOST_TRIALS):
            request = next(iter(self._left.values()), None)
            if request is None or (self._knows_server and not self._reader.is_trying(request.prompt)):
                return
            await self._calls.wait(0)
            if not self._claim(request):
                return
            started = self._clock.now()
            output = await self._calls.answered("answer a first request", partial(self._asked, request), OTHER_MODEL)
            self._knows_server = True
            self._reserving.release(request, TokenUsage())
            self._reserving.add(usage_in(output))
            self._deliver(request, output, "", self._clock.now() - started)

    async def _asked(self, request: BatchRequest) -> Any:
        """What the LLM gives, or the exception if another request may fare better."""
        try:
            return await self._llm.agenerate(input=request.prompt, **request.keywords)
        except Exception as error:  # whatever a client raises
            if may_pass(error) or getattr(error, "status_code", None) in (401, 402, 403, 404):
                raise
            return error

    def _claim(self, request: BatchRequest) -> bool:
        """Count a request that is about to be sent. One that must not be is held back, and forgotten.

        One for which nothing can be reserved waits until others are back.
        """
        is_reserved = self._reserving.holds(request)
        if not is_reserved and not self._journal.stop_reason:
            return False
        if not (request.is_claimed and is_reserved) and (reason := self._journal.claim_request()):
            del self._left[request.name]
            request.hold_back(reason)
            return False
        request.is_claimed = True
        return True

    def _deliver(self, request: BatchRequest, output: Any, batch_id: str, seconds: float) -> None:
        del self._left[request.name]
        request.deliver(output, batch_id, seconds)

    async def _send(self, requests: Sequence[BatchRequest]) -> None:
        """Make batches of the requests: as few as the limits allow, or the first one if the server takes little."""
        bodies = [self._reader.body(request) for request in requests]
        lines = [
            request_line(request.name, self._llm.model, body) for request, body in zip(requests, bodies, strict=True)
        ]
        endpoint = COMPLETIONS_URL if "prompt" in bodies[0] else CHAT_URL
        limits = BatchLimits(min(self._most_requests, self._limits.requests), self._limits.size)
        for part in split([len(line) for line in lines], limits):
            await self._create(self._ledger.prepare(lines[part], self._clock.wall()), endpoint)
            if self._most_requests < self._limits.requests:
                return

    async def _create(self, state: BatchState, endpoint: str) -> None:
        content, name = self._ledger.content(state), f"selfinstruct-{self._journal.step}-{state.number:04}.jsonl"
        file_id = await self._calls.answered("take a file", lambda: self._server.upload(content, name))
        state = self._ledger.update(state, file_id=file_id)

        async def create() -> RemoteBatch:
            try:
                return await self._server.create(file_id, endpoint)
            except Exception as error:
                # The batch may be there all the same; a second one would be paid as well.
                if may_pass(error) and (found := await self._server.find(file_id)):
                    return found
                raise

        remote = await self._calls.answered("take a batch", create)
        self._ledger.update(state, batch_id=remote.batch_id)

    async def _fetch_all(self) -> None:
        """Wait for all open batches and take their answers."""
        for state in self._ledger.open:
            if not state.batch_id:
                await self._find(state)
        wait = FIRST_POLL
        while self._ledger.open:
            for state in self._ledger.open:
                await self._look(state)
            if self._ledger.open:
                await self._calls.wait(wait)
                wait = min(LONGEST_POLL, POLL_GROWTH * wait)

    async def _find(self, state: BatchState) -> None:
        """Find the batch that an earlier attempt may have made and could not write down."""
        found = None
        if state.file_id:
            what = f"say whether it has a batch of the file {state.file_id}"
            found = await self._calls.answered(what, partial(self._server.find, state.file_id))
        self._ledger.update(state, batch_id=found.batch_id if found else "", is_over=found is None)

    async def _look(self, state: BatchState) -> None:
        what = f"tell of the batch {state.batch_id}"
        remote = await self._calls.answered(what, partial(self._server.look, state.batch_id), self._gone)
        state = self._ledger.update(state, answered=remote.answered, failed=remote.failed)
        if not remote.is_over:
            return
        sent = self._requests_of(state)
        lines = await self._lines(remote)
        num_unsent = 0
        for name, body in sent.items():
            request, line = self._left.get(name), lines.get(name)
            if line is None and remote.status == "completed":
                line = BatchLine(name, None, None)  # the answer is lost
            if line is None or line.is_unsent:
                num_unsent += 1
                if request is not None:
                    self._reserving.release(request, TokenUsage())
            elif request is not None:
                before = request.usage
                output = self._reader.output(request, line, body)
                self._reserving.release(request, request.used_since(before, output))
                if output is not None:
                    self._deliver(request, output, state.batch_id, self._clock.wall() - state.began)
        self._ledger.update(state, is_over=True)
        if num_unsent:
            self._judge_end(state, remote, num_unsent)

    def _requests_of(self, state: BatchState) -> dict[str, dict[str, Any]]:
        """What a batch was made of: the bodies of its requests by their names.

        Raises:
            BatchStopError: nobody can say any more which answer belongs to which request.
        """
        try:
            return request_bodies(self._ledger.content(state), state.requests)
        except (OSError, ValueError) as error:
            said = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
            raise BatchStopError(
                f"{self._journal.step}: the requests of the batch {state.batch_id} cannot be read ({said}). Restore "
                f"the file to take its answers, or remove {self._ledger.path} to pay again."
            ) from error

    async def _lines(self, remote: RemoteBatch) -> dict[str, BatchLine]:
        """The answers of a batch that is over, by the names of the requests."""
        found: dict[str, BatchLine] = {}
        for file_id in filter(None, (remote.error_file_id, remote.output_file_id)):
            what = f"give the answers of the batch {remote.batch_id}"
            content = await self._calls.answered(what, partial(self._server.download, file_id), self._gone)
            found |= {line.custom_id: line for line in read_lines(content)}
        return found

    def _judge_end(self, state: BatchState, remote: RemoteBatch, num_unsent: int) -> None:
        """Say what becomes of the requests that a batch did not get to.

        Raises:
            BatchStopError: sending them again at once would be against the user's will, or in vain.
        """
        answered = state.requests - num_unsent
        batch, how_far = f"The batch {state.batch_id}", f"after {answered:,} of {state.requests:,} requests"
        if remote.status == "failed":
            if remote.fault_code == TOO_MUCH_QUEUED and state.requests > 1:
                self._most_requests = (state.requests + 1) // 2
                self._note("The server has too many tokens in its queue for this account: smaller batches are sent.")
                return
            said = in_one_line(self._llm, "; ".join(remote.faults[:3])) or "it gives no reason"
            raise BatchStopError(
                f"{self._journal.step}: the server refuses the batch {state.batch_id}: {said}. Leave out `batch`, or "
                "run the same command again to send it again."
            )
        if remote.status == "expired" and answered:
            self._note(f"{batch} expired {how_far}: the rest is sent in a new one.")
            return
        ended = "expired" if remote.status == "expired" else "was cancelled"
        raise BatchStopError(f"{self._journal.step}: {batch} {ended} {how_far}. {RESUME}")

    def _note(self, text: str) -> None:
        self._journal.record_note(Note(NoteKind.WAITING, "batch", text))
