"""An OpenAI-compatible server whose answers take log-normal times, and which knows how busy it was.

It holds `slots` requests at a time; the others wait in line, as before a GPU, or are refused by a 429, as by a provider
with a limit. `GET /busy` gives the slot-seconds used
and the time from the first request to the last answer, and starts to count again.
"""

import asyncio
import hashlib
import json
import math
import random
import sys
import time

WORDS = [f"{first}{second}" for first in "bcdfglmnprst" for second in ("ala", "emo", "ibu", "onke", "urzi", "ydra")]


class Server:
    def __init__(self, slots: int, median: float, sigma: float, *, refuses: bool) -> None:
        self.free = asyncio.Semaphore(slots)
        self.refuses = refuses
        self.median, self.sigma = median, sigma
        self.reset()

    def reset(self) -> None:
        self.busy, self.first, self.last, self.requests = 0.0, math.inf, 0.0, 0

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.lower().split(b"\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                body = await reader.readexactly(length)
                status = "200 OK"
                if head.startswith(b"GET"):
                    answer = json.dumps(self.report())
                elif self.refuses and self.free.locked():
                    status, answer = "429 Too Many Requests", json.dumps({"error": {"message": "too many at a time"}})
                else:
                    answer = json.dumps(await self.complete(json.loads(body)))
                header = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
                writer.write((header + answer).encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def report(self) -> dict[str, float]:
        seen = {"busy": self.busy, "wall": self.last - self.first, "requests": self.requests}
        self.reset()
        return seen

    async def complete(self, body: dict) -> dict:
        prompt = body["prompt"]
        # The same prompt takes the same time and gets the same answer, in any run.
        rng = random.Random(hashlib.sha256(prompt.encode()).digest())
        if prompt != "Hello":  # the probe before a run, seconds before its first request
            seconds = rng.lognormvariate(math.log(self.median), self.sigma)
            self.first = min(self.first, time.monotonic())
            async with self.free:
                await asyncio.sleep(seconds)
            self.busy += seconds
            self.requests += 1
            self.last = time.monotonic()
        choice = {"index": 0, "text": answer(prompt, rng), "finish_reason": "stop", "logprobs": None}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return {"id": "1", "object": "text_completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}


def answer(prompt: str, rng: random.Random) -> str:
    if prompt.endswith("9."):
        tasks = [f"{' '.join(rng.choices(WORDS, k=9)).capitalize()}." for _ in range(6)]
        return "\n".join(f"{number}. {task}" for number, task in enumerate(tasks, 9)).removeprefix("9.")
    if prompt.endswith("?"):
        return rng.choice([" Yes", " No", " No"])
    words = " ".join(rng.choices(WORDS, k=6))
    if "Class label:" in prompt:
        return f"Class label: {words[:4]}\n{words}"
    return f"Example 1\nInput: {words}\nOutput: {words[::-1]}"


async def main(slots: int, median: float, sigma: float, *, refuses: bool) -> None:
    server = Server(slots, median, sigma, refuses=refuses)
    listening = await asyncio.start_server(server.connection, "127.0.0.1", 0, backlog=512)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), refuses="refuses" in sys.argv))
