"""Connections to one server: kept while they are of use, made anew where they are not."""

import asyncio
import ssl
import time
from collections import deque

from distilabel_selfinstruct.llms.transport.connection import HttpConnection, StaleConnectionError, TimeLimit
from distilabel_selfinstruct.llms.transport.errors import APIConnectionError, RequestTimeoutError, error_of
from distilabel_selfinstruct.llms.transport.proxies import Origin, Proxy, certificates, proxy_for
from distilabel_selfinstruct.llms.transport.reader import MOST_BYTES, HttpAnswer

SECONDS_IDLE = 4.0
"""How long a connection is kept that nobody needs. Many servers, uvicorn among them, close theirs after five."""

MOST_OPENED_AT_A_TIME = 64
"""A burst of more connections may overflow the queue of a server, which then answers after seconds."""

_OK = range(200, 300)


class ConnectionPool:
    """As many connections as requests are in flight: how many that are is not decided here.

    Args:
        origin: the server.
        trusts_environment: whether the environment names proxies and certificates for it.
    """

    def __init__(self, origin: Origin, *, trusts_environment: bool = True) -> None:
        self.origin = origin
        self._trusts_environment = trusts_environment
        self._proxy: Proxy | None = proxy_for(origin) if trusts_environment else None
        self._idle: deque[HttpConnection] = deque()  # the one that was used last stands last
        self._opening: asyncio.Semaphore | None = None

    @property
    def plain_proxy(self) -> Proxy | None:
        """The proxy to which requests are sent as they are, since nothing is encrypted."""
        return None if self.origin.is_encrypted else self._proxy

    async def ask(self, request: bytes, seconds: float, most_bytes: int = MOST_BYTES, *, is_safe: bool) -> HttpAnswer:
        """The answer to a request.

        Args:
            request: head and body.
            seconds: for the whole of the answer, and the connection before it.
            most_bytes: of the answer that are taken.
            is_safe: whether it may be sent a second time, on another connection, if the first one was closed meanwhile.

        Raises:
            RequestTimeoutError: it takes longer.
            APIError: there is none.
        """
        time_limit = TimeLimit(asyncio.get_running_loop().time() + seconds, seconds)
        if (connection := self._kept()) is not None:
            try:
                return await self._exchange(connection, request, time_limit, most_bytes)
            except StaleConnectionError:
                if not is_safe:
                    raise
        try:
            connection = await asyncio.wait_for(self._opened(time_limit), seconds)
        except asyncio.TimeoutError:
            raise RequestTimeoutError(seconds) from None
        return await self._exchange(connection, request, time_limit, most_bytes)

    async def close(self) -> None:
        """Close all connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()
        await asyncio.sleep(0)  # the event loop learns of it

    async def _exchange(
        self, connection: HttpConnection, request: bytes, time_limit: TimeLimit, most_bytes: int
    ) -> HttpAnswer:
        answer = await connection.ask(request, time_limit, most_bytes=most_bytes)
        if connection.is_open:
            connection.rest()
            self._idle.append(connection)
        return answer

    def _kept(self) -> HttpConnection | None:
        oldest = time.monotonic() - SECONDS_IDLE
        while self._idle and (self._idle[0].idle_since < oldest or not self._idle[0].is_open):
            self._idle.popleft().close()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    async def _opened(self, time_limit: TimeLimit) -> HttpConnection:
        """A new connection."""
        if self._opening is None:
            self._opening = asyncio.Semaphore(MOST_OPENED_AT_A_TIME)
        async with self._opening:
            try:
                if self._proxy is None:
                    return await self._connected(self.origin)
                connection = await self._connected(self._proxy.origin)
                if self.origin.is_encrypted:
                    await self._tunnel(connection, self._proxy, time_limit)
            except ssl.SSLCertVerificationError as error:
                said = f"The certificate of {self.origin.host} is not trusted: {error.verify_message}"
                raise APIConnectionError(said) from error
            except (OSError, TypeError) as error:  # in Python 3.10, there is no TLS within TLS
                raise APIConnectionError(error) from error
            return connection

    async def _connected(self, origin: Origin) -> HttpConnection:
        _, connection = await asyncio.get_running_loop().create_connection(
            HttpConnection,
            origin.host,
            origin.port,
            ssl=self._certificates() if origin.is_encrypted else None,
            happy_eyeballs_delay=0.25,
        )
        return connection

    async def _tunnel(self, connection: HttpConnection, proxy: Proxy, time_limit: TimeLimit) -> None:
        """Have a proxy connect us with the server, and speak TLS with that."""
        target = self.origin.target
        head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
        if proxy.authorization:
            head += f"Proxy-Authorization: {proxy.authorization}\r\n"
        answer = await connection.ask(f"{head}\r\n".encode("latin-1"), time_limit, has_body=False)
        if answer.status not in _OK:
            connection.close()
            said = f"The proxy {proxy.origin.authority} refuses (HTTP {answer.status})"
            raise APIConnectionError(said) from error_of(answer)
        await connection.start_tls(self._certificates(), self.origin.host)

    def _certificates(self) -> ssl.SSLContext:
        return certificates(of_environment=self._trusts_environment)
