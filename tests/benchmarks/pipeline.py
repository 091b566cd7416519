"""Where the time of a whole run goes, with a model that answers at once.

    python tests/benchmarks/pipeline.py [52002] [--texts FILE]

A recording answers every request, so that all the time is ours and the host's. The instructions are made of words that
are as frequent as those of a language (Zipf), or read from FILE, JSON Lines with `instruction`. The peer, in the same
run, is the same number of bare calls of the recorded model. CPU seconds count user and system time of each process;
memory is the largest sum of all proportional set sizes (PSS).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

PER_COMPLETION = 7
TICKS = os.sysconf("SC_CLK_TCK")


def made_up(number: int) -> Iterator[str]:
    """Distinct instructions of 6 to 20 words."""
    chance = random.Random(0)
    words = [f"{chance.choice('bcdfglmnprst')}{chance.choice('aeiou')}{word:x}" for word in range(30_000)]
    weights = list(accumulate(1 / rank for rank in range(3, len(words) + 3)))
    for _ in range(number):
        yield " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(6, 20))).capitalize() + "."


def read(path: Path, number: int) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        yield from islice((json.loads(line)["instruction"] for line in lines), number)


def record(texts: list[str], path: Path) -> int:
    """Write the completions of a run that proposes the texts; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:

        def write(stage: str, text: str, **asked: object) -> None:
            nonlocal count
            count += 1
            row = {"stage": stage, "text": text, "finish_reason": "stop", "input_tokens": 900, "output_tokens": 90}
            file.write(json.dumps({**row, **asked}) + "\n")

        for number, start in enumerate(range(0, len(texts), PER_COMPLETION)):
            listed = [
                f" {text}" if not place else f"{place + 9}. {text}"
                for place, text in enumerate(texts[start : start + PER_COMPLETION])
            ]
            write("instruction_generation", "\n".join(listed), request=number)
        for number, text in enumerate(texts):
            write("classification", " No", instruction=text)
            answer = f" The answer to question {number} is {number * 7919 % 100_003}, as the tables of that year show."
            write("instance_generation", answer, instruction=text, is_classification=False)
    return count


def processes(root: int) -> dict[int, tuple[float, int]]:
    """CPU seconds and PSS in bytes of a process and its descendants."""
    parents, seconds = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            seconds[int(entry.name)] = (int(fields[11]) + int(fields[12])) / TICKS
    found: dict[int, tuple[float, int]] = {}
    for process, used in seconds.items():
        ancestor = process
        while ancestor not in (root, 0):
            ancestor = parents.get(ancestor, 0)
        if ancestor == root:
            try:
                rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            except OSError:
                rollup = ""
            pss = next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
            found[process] = used, pss
    return found


def watched(command: list[str]) -> tuple[float, dict[int, float], int]:
    """Wall seconds, CPU seconds by process in the order of their start, and the largest PSS of all at once."""
    start, cpu, peak = time.perf_counter(), {}, 0
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while child.poll() is None:
        found = processes(child.pid)
        cpu.update({process: seconds for process, (seconds, _) in found.items()})
        peak = max(peak, sum(pss for _, pss in found.values()))
        time.sleep(0.5)
    if child.returncode:
        sys.exit(f"The run ended with code {child.returncode}.")
    return time.perf_counter() - start, cpu, peak


def bare_calls(recording: Path, texts: list[str]) -> float:
    """CPU seconds that the recorded model takes for the requests of the run, loaded before."""
    from distilabel_selfinstruct.llms.recorded import RecordedLLM
    from distilabel_selfinstruct.records import Request, Stage

    model = RecordedLLM(recording=str(recording))
    model.load()
    start = time.process_time()
    for number in range(-(-len(texts) // PER_COMPLETION)):
        model.replay(Request(prompt="", stage=Stage.INSTRUCTION_GENERATION, number=number))
    for text in texts:
        model.replay(Request(prompt="", stage=Stage.CLASSIFICATION, number=0, instruction=text))
        model.replay(
            Request(prompt="", stage=Stage.INSTANCE_GENERATION, number=0, instruction=text, is_classification=False)
        )
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int, nargs="?", default=52_002)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--keep", type=Path, help="a folder for the run, to look at or compare")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        recording, folder = Path(temporary) / "recording.jsonl", options.keep or Path(temporary) / "run"
        texts = list(read(options.texts, options.number) if options.texts else made_up(options.number))
        calls = record(texts, recording)
        before = os.getloadavg()[0]
        command = [
            "run",
            "--llm",
            f"recorded:{recording}",
            "--num-instructions",
            str(len(texts)),
            "--output",
            str(folder),
        ]
        wall, cpu, peak = watched([sys.executable, "-m", "distilabel_selfinstruct", *command, "--fresh"])
        peer = bare_calls(recording, texts)
        size = recording.stat().st_size
        instances = sum(1 for _ in (folder / "instances.jsonl").open(encoding="utf-8"))
    total = sum(cpu.values())
    print(f"{len(texts):,} instructions, {calls:,} requests, {instances:,} instances; load before: {before:.1f}")
    print(f"wall {wall:.1f} s, CPU {total:.1f} s, {total / wall:.1f} cores busy")
    print(f"peak PSS {peak / 1e6:,.0f} MB, of which three copies of the recording ({size / 1e6:,.0f} MB on disk)")
    for place, (_, seconds) in enumerate(sorted(cpu.items())):
        if seconds >= 0.05:
            print(f"  process {place}: {seconds:6.1f} s ({1000 * seconds / len(texts):.2f} ms an instruction)")
    print(f"bare calls of the model: {peer:.1f} CPU s; the run takes {total / max(peer, 0.01):.0f} times as much")


if __name__ == "__main__":
    main()
