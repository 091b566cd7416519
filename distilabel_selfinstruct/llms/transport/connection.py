"""One connection to a server: a request out, its answer in, one at a time."""

import asyncio
import ssl
import time
from dataclasses import dataclass

from distilabel_selfinstruct.llms.transport.errors import APIAnswerError, APIConnectionError, RequestTimeoutError
from distilabel_selfinstruct.llms.transport.reader import MOST_BYTES, HttpAnswer, HttpReader, NoHttpError


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A time of the event loop, and how many seconds there are until then at first."""

    at: float
    seconds: float


class StaleConnectionError(APIConnectionError):
    """The server had closed the connection before the request, of which nothing was answered, arrived."""


class HttpConnection(asyncio.Protocol):
    """A connection that `loop.create_connection` makes. It is used in the event loop in which it was made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._reader: HttpReader | None = None
        self._waiter: asyncio.Future[HttpAnswer] | None = None
        self._was_used = False
        self.is_open = False
        self.idle_since = 0.0

    async def ask(
        self, request: bytes, time_limit: TimeLimit, *, most_bytes: int = MOST_BYTES, has_body: bool = True
    ) -> HttpAnswer:
        """Send a request and wait for its answer. Cancelled, the connection is closed.

        Args:
            request: head and body.
            time_limit: when the whole of the answer must be there.
            most_bytes: of the answer that are taken.
            has_body: False for CONNECT.

        Raises:
            StaleConnectionError: see there.
            APIConnectionError: the connection broke.
            APIAnswerError: what came is no answer.
            RequestTimeoutError: it takes longer.
        """
        if self._transport is None or not self.is_open:
            raise StaleConnectionError
        self._reader = HttpReader(most_bytes, has_body=has_body)
        self._waiter = self._loop.create_future()
        self._transport.write(request)
        timer = self._loop.call_at(time_limit.at, self._expire, time_limit.seconds)
        try:
            return await self._waiter
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
            self._waiter = None
            self._was_used = True

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Encrypt what follows, once a proxy has connected us with the host."""
        if self._transport is None or not self.is_open:
            raise StaleConnectionError
        self._transport = await self._loop.start_tls(self._transport, self, context, server_hostname=host)
        self._was_used = False

    def rest(self) -> None:
        """Have nothing to do for a while."""
        self.idle_since = time.monotonic()

    def close(self) -> None:
        """Close it."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()  # closing waits for what is unsent, of a request that nobody waits for

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = transport  # type: ignore[assignment]
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        """Bytes arrived."""
        if self._waiter is None or self._reader is None or self._waiter.done():
            self.close()  # nobody asked for anything
            return
        try:
            answer = self._reader.feed(data)
        except NoHttpError as error:
            self._fail(APIAnswerError(str(error)))
            return
        if answer is not None:
            self.is_open = self._reader.keeps_open
            self._waiter.set_result(answer)
            if not self.is_open:
                self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self.is_open = False
        if self._waiter is None or self._reader is None or self._waiter.done():
            return
        try:
            answer = self._reader.end() if exc is None else None
        except NoHttpError as error:
            self._fail(APIAnswerError(str(error)))
            return
        if answer is not None:
            self._waiter.set_result(answer)
        elif self._was_used and not self._reader.has_begun:
            self._fail(StaleConnectionError(exc or ""))
        else:
            broken = APIConnectionError(exc or "The server closed the connection before its answer was whole")
            broken.__cause__ = exc
            self._fail(broken)

    def _expire(self, seconds: float) -> None:
        self._fail(RequestTimeoutError(seconds))

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        self.close()
