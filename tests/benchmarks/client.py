"""Requests of one stage beside a bare aiohttp loop, against the same server in the same run.

    python tests/benchmarks/client.py [--requests 4000] [--in-flight 64 256 1000] [--openai]

A local server in a process of its own answers each request after a time that bounds the rate at 4,000 a second, so that
the client is what is measured. `stage` is all that a stage does for a request: the journal with its fsyncs, the pace,
the dialect of the server, the reading of the answer. `bare aiohttp` sends the same bodies and parses the JSON of the
answers, and nothing else. CPU is user and system time of this process for each request. Of each pair of rounds the
order is turned around, and the best round counts: other work on the machine makes both slower.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")
sys.path.insert(0, str(Path(__file__).parents[2]))
from distilabel_selfinstruct import host_fixes

host_fixes.apply()

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import default_decoding
from distilabel_selfinstruct.records import Request, RequestStatus, Stage

MOST_PER_SECOND = 4000
PROMPT = "Can the following task be regarded as a classification task with finite output labels? " * 52
"""4.5 kB, as the prompts of the second stage."""

ANSWER = {
    "id": "1", "object": "text_completion", "created": 0, "model": "m",
    "choices": [{"index": 0, "text": " No", "finish_reason": "stop", "logprobs": None}],
    "usage": {"prompt_tokens": 900, "completion_tokens": 2, "total_tokens": 902},
}  # fmt: skip


class Answering(asyncio.Protocol):
    """Answers each request with the same bytes, `seconds` after it arrived."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.received = b""
        body = json.dumps(ANSWER).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.answer = head.encode() + body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            length = int(self.received[:end].lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(self.received) < end + 4 + length:
                return
            self.received = self.received[end + 4 + length :]
            asyncio.get_running_loop().call_later(self.seconds, self.transport.write, self.answer)


async def serve(seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Answering(seconds), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def server(in_flight: int) -> Iterator[str]:
    """The base URL of a server in a process of its own, for so many requests in flight."""
    command = [sys.executable, __file__, "--serve", str(in_flight / MOST_PER_SECOND)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.communicate()


def stage(url: str, in_flight: int, number: int) -> None:
    """The requests of a stage."""
    llm = OpenAICompatibleLLM(model="m", base_url=url)
    llm.load()
    with tempfile.TemporaryDirectory() as folder:
        journal = StepJournal(folder, "classification")
        client = CompletionClient(
            llm,
            lambda request: default_decoding(request.stage),
            pace=Pace(max_in_flight=in_flight),
            journal=journal,
            warn=print,
        )
        requests = [Request(Stage.CLASSIFICATION, index, f"{index} {PROMPT}", str(index)) for index in range(number)]
        completions = client.ask(requests)
        client.close()
        journal.close()
    assert all(completion.status is RequestStatus.ANSWERED for completion in completions)


async def _windowed(one: Callable[[dict], object], in_flight: int, number: int) -> None:
    """Ask for all bodies, so many at a time."""
    free = asyncio.Semaphore(in_flight)

    async def ask(index: int) -> None:
        body = {"model": "m", "prompt": f"{index} {PROMPT}", "max_tokens": 3, "temperature": 0, "stop": ["\n", "Task"]}
        async with free:
            assert (await one(body))["choices"]

    await asyncio.gather(*(ask(index) for index in range(number)))


def bare_aiohttp(url: str, in_flight: int, number: int) -> None:
    """The same bodies by aiohttp alone."""
    import aiohttp

    async def run() -> None:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, headers={"Authorization": "Bearer key"}) as session:

            async def one(body: dict) -> dict:
                async with session.post(f"{url}/completions", json=body) as response:
                    return await response.json()

            await _windowed(one, in_flight, number)

    asyncio.run(run())


def openai_with_aiohttp(url: str, in_flight: int, number: int) -> None:
    """The same bodies by the openai package with aiohttp below it."""
    import openai

    async def run() -> None:
        http = openai.DefaultAioHttpClient(limits=openai.DEFAULT_CONNECTION_LIMITS.__class__(max_connections=None))
        async with openai.AsyncOpenAI(base_url=url, api_key="key", http_client=http) as client:

            async def one(body: dict) -> dict:
                raw = await client.completions.with_raw_response.create(**body)
                return raw.http_response.json()

            await _windowed(one, in_flight, number)

    asyncio.run(run())


def timed(send: Callable[[str, int, int], None], in_flight: int, number: int) -> tuple[float, float]:
    """Requests a second, and CPU milliseconds for each."""
    with server(in_flight) as url:
        started, used = time.perf_counter(), time.process_time()
        send(url, in_flight, number)
        return number / (time.perf_counter() - started), 1000 * (time.process_time() - used) / number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[64, 256, 1000])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--openai", action="store_true", help="also the openai package with aiohttp (openai[aiohttp])")
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        asyncio.run(serve(options.serve))
    ways = {"bare aiohttp": bare_aiohttp, "stage": stage}
    if options.openai:
        ways["openai[aiohttp]"] = openai_with_aiohttp
    print("| in flight | way | requests a second | CPU ms a request | of bare aiohttp's rate |")
    print("|--:|---|--:|--:|--:|", flush=True)
    for in_flight in options.in_flight:
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for number in range(options.rounds):
            for name in sorted(ways, reverse=bool(number % 2)):
                rounds[name].append(timed(ways[name], in_flight, options.requests))
        peer = max(rounds["bare aiohttp"])[0]
        for name in ways:
            rate, cpu = max(rounds[name])[0], min(cpu for _, cpu in rounds[name])
            print(f"| {in_flight:,} | {name} | {rate:,.0f} | {cpu:.2f} | {rate / peer:.2f} |", flush=True)


if __name__ == "__main__":
    main()
