"""How fast a model on this machine answers with 1, 2 and 4 slots, and what it saves to load it once for three stages.

    python tests/benchmarks/local_model.py [MODEL] [--each N] [--answer N] [--threads N] [--slots N ...]

MODEL is what is typed after `gguf:`. Each row has a server of its own, which gets the same requests of all three stages
at the same time, as in a run: by this package's client, and by bare HTTP from as many threads. On a busy machine the
seconds say how busy it was; the processor time of the server (CPU) says what the work took.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.request import ProxyHandler, build_opener
from urllib.request import Request as HTTPRequest

os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")
sys.path.insert(0, str(Path(__file__).parents[2]))
from distilabel_selfinstruct import host_fixes

host_fixes.apply()

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, LocalServerLLM, make_llm
from distilabel_selfinstruct.llms.local.child import ChildServer
from distilabel_selfinstruct.llms.local_server import seed_for
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import Decoding, default_decoding, load_prompts
from distilabel_selfinstruct.records import MODEL_STAGES, Request, Stage
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

SHOWN = 8
NUM_STAGES = len(MODEL_STAGES)


@dataclass(frozen=True)
class Tokens:
    """What the answers to some requests took."""

    prompt: int
    cached: int
    answer: int
    digest: frozenset[tuple[str, str]] = frozenset()

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.prompt + other.prompt, self.cached + other.cached, self.answer + other.answer,
            self.digest | other.digest,
        )  # fmt: skip


def requests_of(each: int) -> dict[Stage, list[Request]]:
    """As many requests of each stage, about the packaged seed tasks."""
    prompts, instructions = load_prompts(), [task.instruction for task in load_seed_tasks()]
    chosen = random.Random(0)
    made: dict[Stage, list[Request]] = {stage: [] for stage in MODEL_STAGES}
    for number in range(each):
        shown = chosen.sample(instructions, SHOWN)
        asked = [
            (Stage.INSTRUCTION_GENERATION, prompts.instruction_generation(shown, form="completion"), ""),
            (Stage.CLASSIFICATION, prompts.classification(shown[0], form="completion"), shown[0]),
            (
                Stage.INSTANCE_GENERATION,
                prompts.instances(shown[0], is_classification=False, form="completion"),
                shown[0],
            ),
        ]
        for stage, prompt, instruction in asked:
            made[stage].append(Request(stage, number, prompt, instruction))
    return made


def decoding_of(request: Request, most: int) -> Decoding:
    """The paper's decoding, with so many tokens of an answer at most."""
    decoding = default_decoding(request.stage, is_classification=request.is_classification, form="completion")
    return replace(decoding, max_tokens=min(decoding.max_tokens, most))


def by_client(llm: LocalServerLLM, server: ChildServer, slots: int, most: int, requests: list[Request]) -> Tokens:
    """One stage, asked as a run asks it."""
    llm = llm.model_copy()
    llm.connect(server.address)
    llm.load()
    client = CompletionClient(
        llm, partial(decoding_of, most=most), pace=Pace(max_in_flight=slots), journal=StepJournal("", ""), warn=print
    )  # fmt: skip
    answers = client.ask(requests)
    client.close()
    return Tokens(
        sum(answer.input_tokens for answer in answers),
        sum(answer.cached_tokens for answer in answers),
        sum(answer.output_tokens for answer in answers),
        frozenset((str(request.prompt), str(one.text)) for request, one in zip(requests, answers, strict=True)),
    )


def by_http(llm: LocalServerLLM, server: ChildServer, slots: int, most: int, requests: list[Request]) -> Tokens:
    """The same requests with nothing between them and the server."""

    def ask(request: Request) -> Tokens:
        decoding = decoding_of(request, most)
        body = {
            "model": llm.model, "prompt": request.prompt, "max_tokens": decoding.max_tokens,
            "temperature": decoding.temperature, "stop": list(decoding.stop),
            "seed": seed_for(llm.seed, request.prompt),
            "presence_penalty": decoding.presence_penalty, "frequency_penalty": decoding.frequency_penalty,
        }  # fmt: skip
        if decoding.temperature:
            body["top_p"] = decoding.top_p
        asked = HTTPRequest(
            f"{server.address.url}/completions", json.dumps(body).encode(),
            {"Authorization": f"Bearer {server.address.key}", "Content-Type": "application/json"},
        )  # fmt: skip
        with build_opener(ProxyHandler({})).open(asked, timeout=3600) as response:
            answer = json.load(response)
        usage, text = answer["usage"], answer["choices"][0]["text"]
        return Tokens(
            usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"], usage["completion_tokens"],
            frozenset({(str(request.prompt), text)}),
        )  # fmt: skip

    with ThreadPoolExecutor(slots) as pool:
        return sum(pool.map(ask, requests), Tokens(0, 0, 0))


Asker = Callable[[LocalServerLLM, ChildServer, int, int, list[Request]], Tokens]


def processes_of(pid: int) -> Iterator[Path]:
    """The folder in /proc of a process, and of each that it started."""
    folder = Path(f"/proc/{pid}")
    yield folder
    for task in (folder / "task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes_of(int(child))


def memory_of(pid: int) -> float:
    """Megabytes of a process and of what it started; pages that several share count in parts (PSS)."""
    total = 0
    for folder in processes_of(pid):
        rows = dict(line.split(":", 1) for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
        total += int(rows["Pss"].split()[0])
    return total / 1000


def processor_seconds_of(pid: int) -> float:
    """Seconds of processors that a process and what it started have used."""
    ticks = 0
    for folder in processes_of(pid):
        numbers = (folder / "stat").read_text().rpartition(")")[2].split()
        ticks += int(numbers[11]) + int(numbers[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(llm: LocalServerLLM, slots: int, threads: int) -> Iterator[ChildServer]:
    server = llm.new_server(replace(llm.settings(), slots=slots, threads=threads))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def measured(
    llm: LocalServerLLM, slots: int, threads: int, most: int, ask: Asker, requests: dict[Stage, list[Request]]
) -> tuple[str, Tokens]:
    """A row of the table, and what was answered."""
    with served(llm, slots, threads) as server, ThreadPoolExecutor(NUM_STAGES) as pool:
        started, used = time.monotonic(), processor_seconds_of(server.pid)
        tokens = sum(
            pool.map(lambda stage: ask(llm, server, slots, most, requests[stage]), MODEL_STAGES), Tokens(0, 0, 0)
        )  # fmt: skip
        seconds, used = time.monotonic() - started, processor_seconds_of(server.pid) - used
        total = tokens.prompt + tokens.answer
        row = (
            f"{slots:5}  {'bare HTTP' if ask is by_http else 'this package':12}  {seconds:7.1f}  {used:5.1f}  "
            f"{total / seconds:8.0f}  {total / used:12.0f}  {tokens.answer / used:12.1f}  "
            f"{tokens.cached / tokens.prompt:10.0%}  {memory_of(server.pid):8.0f}  {os.getloadavg()[0]:4.1f}"
        )
    return row, tokens


def loaded(llm: LocalServerLLM, count: int, threads: int) -> str:
    """How long it takes to load the model so often at the same time, and what that takes."""
    with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
        servers = [llm.new_server(replace(llm.settings(), slots=1, threads=threads)) for _ in range(count)]
        for server in servers:
            stack.callback(server.stop)
        started = time.monotonic()
        list(pool.map(lambda server: server.start(), servers))
        seconds = time.monotonic() - started
        memory = sum(memory_of(server.pid) for server in servers)
        used = sum(processor_seconds_of(server.pid) for server in servers)
    return f"{count:5}  {seconds:7.2f}  {used:5.2f}  {memory:8.0f}  {os.getloadavg()[0]:4.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default="smollm2")
    parser.add_argument("--each", type=int, default=6, help="requests of each stage")
    parser.add_argument("--threads", type=int, default=1, help="threads of the engine")
    parser.add_argument("--slots", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--answer", type=int, default=10**6, help="the most tokens of an answer")
    given = parser.parse_args()
    llm = make_llm(f"gguf:{given.model}", prompt_form="completion")
    assert isinstance(llm, LocalServerLLM)
    print(f"gguf:{given.model}, {given.threads} threads, load of the machine before: {os.getloadavg()[0]:.1f}")
    print("\nloads  seconds  CPU s  MB (PSS)  load")
    for count in (1, NUM_STAGES):
        print(loaded(llm, count, given.threads), flush=True)
    requests = requests_of(given.each)
    print("\nslots  asked by      seconds  CPU s  tokens/s  tokens/CPU s  answer/CPU s  from cache  MB (PSS)  load")
    answered: list[Tokens] = []
    for slots in given.slots:
        for ask in (by_client, by_http):
            row, tokens = measured(llm, slots, given.threads, given.answer, ask, requests)
            answered.append(tokens)
            print(row, flush=True)
    for other in answered[1:]:
        same = len(answered[0].digest & other.digest)
        print(f"{same} of {len(answered[0].digest)} answers are those of the first row")


if __name__ == "__main__":
    main()
