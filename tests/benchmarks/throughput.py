"""How busy a run keeps the model, beside the ways it is done elsewhere, all in one run.

    python tests/benchmarks/throughput.py [--quick]

A local server answers after log-normal times (median 0.2 s, sigma 0.8) and holds 32 requests at a time. Utilisation is
the slot-seconds used, divided by slots × time from the first request to the last answer.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")
sys.path.insert(0, str(Path(__file__).parents[2]))
from distilabel_selfinstruct import host_fixes

host_fixes.apply()

from distilabel_selfinstruct.bootstrap.loop import Bootstrap, BootstrapSettings
from distilabel_selfinstruct.bootstrap.pool import TaskPool
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import default_decoding, load_prompts
from distilabel_selfinstruct.running.runner import run
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from distilabel_selfinstruct.similarity import NoveltyIndex

SLOTS, MEDIAN, SIGMA = 32, 0.2, 0.8


@contextmanager
def server() -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    script = Path(__file__).with_name("latency_server.py")
    process = subprocess.Popen([sys.executable, script, str(SLOTS), str(MEDIAN), str(SIGMA)], stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.communicate()


def busy(url: str) -> dict[str, float]:
    with urllib.request.urlopen(url.replace("/v1", "/busy")) as response:
        return json.load(response)


def utilisation(seen: dict[str, float]) -> float:
    return seen["busy"] / (SLOTS * seen["wall"])


def generate(url: str, num_requests: int, lag: int, *, in_rounds: bool) -> None:
    """Stage 1 alone: with a window of `lag` requests, or waiting for each round of 32 before the next."""
    llm = OpenAICompatibleLLM(model="m", base_url=url)
    llm.load()
    asker = CompletionClient(
        llm,
        lambda request: default_decoding(request.stage),
        pace=Pace(max_in_flight=SLOTS),
        journal=StepJournal("", ""),
        warn=print,
    )
    settings = BootstrapSettings(num_instructions=10**6, window=lag, max_requests=num_requests)
    bootstrap = Bootstrap(TaskPool(load_seed_tasks(), NoveltyIndex()), load_prompts(), settings)
    outstanding: deque[int] = deque()
    while not bootstrap.stop_reason:
        if not (in_rounds and outstanding):
            for request in bootstrap.next_requests():
                asker.submit(request)
                outstanding.append(request.number)
        bootstrap.receive(*asker.wait())
        outstanding.popleft()
    asker.close()


def end_to_end(url: str, num_instructions: int, batch_size: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        config = RunConfig(
            llm="openai:m", base_url=url, prompt_form="completion", num_instructions=num_instructions,
            max_in_flight=SLOTS, batch_size=batch_size,
        )  # fmt: skip
        return run(config, Path(folder) / "run").statistics.instances


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer requests")
    quick = parser.parse_args().quick
    rounds, windowed = (320, 1280) if quick else (640, 5120)
    with server() as url:
        generate(url, rounds, SLOTS, in_rounds=True)
        in_rounds = utilisation(busy(url))
        print(f"stage 1, rounds of {SLOTS}, {rounds} requests           {in_rounds:6.1%}")
        for factor in (4, 24):
            generate(url, windowed, factor * SLOTS, in_rounds=False)
            seen = busy(url)
            print(
                f"stage 1, window of {factor:2} x {SLOTS}, {windowed} requests      {utilisation(seen):6.1%}"
                f"  = {utilisation(seen) / in_rounds:.1f} x the rounds"
            )
        for batch_size in (50, 100, 200):
            instances = end_to_end(url, 1000, batch_size)
            seen = busy(url)
            print(
                f"three stages, 1,000 instructions, batches of {batch_size:3}  {utilisation(seen):6.1%}"
                f"  ({seen['requests']:.0f} requests in {seen['wall']:.1f} s, {instances} instances)"
            )


if __name__ == "__main__":
    main()
