"""How busy `--max-in-flight auto` keeps a model, beside the best fixed number, which its user would have to know.

    python tests/benchmarks/concurrency.py [--quick] [--slower 4]

A local server answers after log-normal times (sigma 0.8) and holds 8, 64 or 256 requests at a time. Further ones wait
in line or are refused. Utilization is the slot-seconds used, divided by slots × time from the first request to the last
answer. Both numbers of a line come from the same server, one after the other.
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
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
from distilabel_selfinstruct.records import InFlight, Request, Stage

SIGMA = 0.8
FEWEST_REQUESTS = 300
"""A run of usual length has some hundreds."""

MEDIANS = {8: 0.1, 64: 0.5, 256: 2.0}
"""Seconds of an answer by slots: such that the client, which shares the machine, is not what is measured."""


@contextmanager
def server(slots: int, *, refuses: bool, slower: float) -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    script = Path(__file__).with_name("latency_server.py")
    command = [sys.executable, script, slots, slower * MEDIANS[slots], SIGMA, *["refuses"] * refuses]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.communicate()


def utilization(url: str, slots: int, max_in_flight: InFlight, num_requests: int) -> float:
    llm = OpenAICompatibleLLM(model="m", base_url=url)
    llm.load()
    asker = CompletionClient(
        llm,
        lambda request: default_decoding(request.stage),
        pace=Pace(max_in_flight=max_in_flight),
        journal=StepJournal("", ""),
        warn=print,
    )
    asker.ask([Request(Stage.CLASSIFICATION, number, f"{number}?") for number in range(num_requests)])
    asker.close()
    with urllib.request.urlopen(url.replace("/v1", "/busy")) as response:
        seen = json.load(response)
    return seen["busy"] / (slots * seen["wall"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer requests")
    parser.add_argument("--slower", type=float, default=1, help="multiply all times, on a machine that does other work")
    options = parser.parse_args()
    rounds = 15 if options.quick else 60
    print("| slots | beyond them | requests | fixed | auto | auto / fixed |\n|--:|---|--:|--:|--:|--:|", flush=True)
    for refuses in (False, True):
        for slots in MEDIANS:
            num_requests = max(FEWEST_REQUESTS, rounds * slots)
            with server(slots, refuses=refuses, slower=options.slower) as url:
                fixed = utilization(url, slots, slots, num_requests)
                auto = utilization(url, slots, "auto", num_requests)
            beyond = "are refused" if refuses else "wait in line"
            row = f"{slots} | {beyond} | {num_requests:,} | {fixed:.1%} | {auto:.1%} | {auto / fixed:.2f}"
            print(f"| {row} |", flush=True)


if __name__ == "__main__":
    main()
