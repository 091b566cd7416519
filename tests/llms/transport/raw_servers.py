"""Servers whose every byte a test decides: what HTTP allows, and what it does not."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from distilabel_selfinstruct.llms.transport.client import ServerClient

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

_Result = TypeVar("_Result")


@dataclass
class RawServer:
    """Answers the requests of each connection by `answer`, which gets their number on it and their bytes.

    An answer of None closes the connection.
    """

    answer: Callable[[int, bytes], bytes | None]
    seconds: float = 0.0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    tasks: set[Any] = field(default_factory=set)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.current_task())
        self.connections += 1
        number = 0
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int((head.lower().partition(b"content-length:")[2] or b"0").split(b"\r\n")[0])
                request = head + await reader.readexactly(length)
                self.requests.append(request)
                number += 1
                await asyncio.sleep(self.seconds)
                answer = self.answer(number, request)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def with_server(
    server: RawServer,
    ask: Callable[[str], Awaitable[_Result]],
    *,
    context: ssl.SSLContext | None = None,
) -> _Result:
    """What comes of asking the server, whose address up to and including `/v1` is given."""

    async def run() -> _Result:
        listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=context)
        port = listening.sockets[0].getsockname()[1]
        try:
            return await asyncio.wait_for(ask(f"{'https' if context else 'http'}://localhost:{port}/v1"), 60)
        finally:
            listening.close()
            for task in server.tasks:
                task.cancel()
            await asyncio.gather(*server.tasks, return_exceptions=True)

    return asyncio.run(run())


def asked(server: RawServer, *paths: str, seconds: float = 30, **options: Any) -> list[Any]:
    """The answers to POSTs one after the other, or the errors in their place."""

    async def ask(url: str) -> list[Any]:
        client = ServerClient(url, "the-key", seconds=seconds, trusts_environment=False)

        async def once(path: str) -> Any:
            try:
                return await client.ask("POST", path, b"{}", **options)
            except Exception as error:
                return error

        found = [await once(path) for path in paths or ("/completions",)]
        await client.close()
        return found

    return with_server(server, ask)
