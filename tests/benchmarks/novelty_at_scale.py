"""What the novelty filter costs for a million texts and more: time, memory, and on Ray the bytes that are handed over.

    python tests/benchmarks/novelty_at_scale.py [--texts rows.jsonl] [--count 1000000] [--workers 1 2 4]

Without a file the texts are made here: words of a Zipf distribution, 4 to 90 of them, and 4 in 10 texts are an earlier
one with a tenth to eight tenths of its words replaced. They are made while they are filtered, by the same seed in each
case, and the time for making them is taken off. Each case is a process of its own, for the peak of its memory. The
digest of all decisions, scores and nearest texts must be the same in all cases. Ray is measured where it is installed.

The peer, in the same run, compares each text with all kept ones by rapidfuzz, in strings that are encoded before.
"""

import argparse
import hashlib
import json
import os
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist

sys.path.insert(0, str(Path(__file__).parents[2]))
from distilabel_selfinstruct.ray_cluster import LOCAL, connected
from distilabel_selfinstruct.similarity import filter_texts
from distilabel_selfinstruct.similarity.engines import make_loops
from distilabel_selfinstruct.similarity.joining.runs import make_run
from distilabel_selfinstruct.similarity.joining.search import Searcher
from distilabel_selfinstruct.similarity.joining.token_numbers import TokenNumbers
from distilabel_selfinstruct.similarity.tokenizers import rouge_score_tokens

WORDS = 300_000
REMEMBERED = 50_000
NEAR_DUPLICATES = 0.4
SAMPLE = 100_000


def made_texts(count: int) -> Iterator[str]:
    """Seeded; near-duplicates are of one of the last `REMEMBERED` texts."""
    random, generator = Random(0), np.random.default_rng(0)
    letters = "etaoinshrdlucmfw"
    words = ["".join(letters[int(digit, 16)] for digit in f"{number:x}") for number in range(WORDS)]
    weights = 1 / np.arange(2, WORDS + 2) ** 1.05
    cumulative = np.cumsum(weights / weights.sum())
    remembered: list[list[str]] = []
    made = 0
    while made < count:
        lengths = np.clip(generator.lognormal(2.2, 0.45, 4096), 4, 90).astype(int).tolist()
        drawn = iter(np.searchsorted(cumulative, generator.random(2 * sum(lengths))).tolist())
        for length in lengths[: count - made]:
            if remembered and random.random() < NEAR_DUPLICATES:
                text = list(random.choice(remembered))
                for _ in range(max(1, len(text) * random.randint(1, 8) // 10)):
                    text[random.randrange(len(text))] = words[next(drawn)]
            else:
                text = [words[next(drawn)] for _ in range(length)]
            if len(remembered) < REMEMBERED:
                remembered.append(text)
            else:
                remembered[random.randrange(REMEMBERED)] = text
            yield " ".join(text)
        made += len(lengths)


def read_texts(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)["instruction"]


class Timed:
    """Texts, and the processor time that went into making them."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self.seconds = 0.0
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        while True:
            start = time.thread_time()
            block = list(islice(self._texts, 1000))
            self.seconds += time.thread_time() - start
            if not block:
                return
            self.count += len(block)
            yield from block


def seconds_on_ray() -> float:
    """Processor time of the workers of Ray on this machine."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if (folder / "cmdline").read_bytes().startswith(b"ray::"):
                ticks += sum(map(int, (folder / "stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def one_case(texts: Iterator[str], engine: str, workers: int, *, ray: bool) -> dict[str, object]:
    list(filter_texts(["compile first"] * 3, engine=engine))
    timed, digest, kept = Timed(texts), hashlib.sha256(), 0
    list(islice(timed, 2000))  # what is remembered is there
    before, start, cpu = peak(), time.perf_counter(), time.process_time()
    for text in filter_texts(timed, engine=engine, workers=1 if ray else workers, ray=ray):
        kept += text.kept
        nearest = text.nearest and (text.nearest.text, text.nearest.rouge_l)
        digest.update(repr((text.position, nearest, text.nearest_position)).encode())
    return {
        "wall": time.perf_counter() - start - timed.seconds,
        "cpu": time.process_time() - cpu - timed.seconds,
        "ray_cpu": seconds_on_ray() if ray else 0.0,
        "kept": kept,
        "texts": timed.count,
        "memory": peak() - before,
        "digest": digest.hexdigest()[:16],
    }


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def print_bytes(texts: list[str]) -> None:
    """What a run and a block take, in memory and on the way to a worker, per text."""
    searcher, numbers = Searcher(0.7, make_loops("numpy")), TokenNumbers()
    encoded = numbers.encode([rouge_score_tokens(text) for text in texts])
    numbers.renumber(encoded.tokens)
    queries = searcher.queries(encoded)
    run = make_run(0, encoded, queries.signatures, queries.entries).sealed()
    sizes = [len(pickle.dumps(each, pickle.HIGHEST_PROTOCOL)) / len(texts) for each in (run, queries)]
    print(
        f"\nBytes per text: kept {sizes[0]:.0f} (and 16 for its position and where it stands in the file), "
        f"asked about {sizes[1]:.0f}; {len(queries.entries) / len(texts):.1f} keys, "
        f"{len(encoded.tokens) / len(texts):.1f} tokens, {sum(map(len, texts)) / len(texts):.0f} characters"
    )


def print_peer(texts: list[str], count: int, ours: float) -> None:
    """Microseconds for a text beside `count` / 2 kept ones, the mean of a whole filter, from a smaller sample."""
    numbers = TokenNumbers()
    strings = ["".join(map(chr, numbers.encode([rouge_score_tokens(text)]).tokens.tolist())) for text in texts]
    start = time.process_time()
    for query in strings[:20]:
        cdist([query], strings, scorer=LCSseq.similarity, dtype=np.int32)
    each = (time.process_time() - start) / 20 / len(strings) * count / 2 * 1e6
    print(f"The peer: {each:,.0f} µs per text beside {count // 2:,} others, {each / ours:,.0f} times as much")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--case", nargs=3, metavar=("ENGINE", "WORKERS", "RAY"), help="only this one, as JSON")
    arguments = parser.parse_args()

    def texts() -> Iterator[str]:
        source = made_texts(arguments.count) if arguments.texts is None else read_texts(arguments.texts)
        return islice(source, arguments.count)

    if arguments.case:
        engine, workers, on_ray = arguments.case
        if on_ray == "ray":
            with connected(LOCAL, lambda _: None, int(workers)):
                print(json.dumps(one_case(texts(), engine, int(workers), ray=True)))
        else:
            print(json.dumps(one_case(texts(), engine, int(workers), ray=False)))
        return
    engines = ["numpy", *(["numba"] if find_spec("numba") else [])]
    places = ["threads", *(["ray"] if find_spec("ray") else [])]
    digests, least = set(), float("inf")
    print(f"{arguments.count:,} texts; load {os.getloadavg()[0]:.1f}. Seconds without those for making the texts.")
    for place in places:
        for engine in engines:
            for workers in arguments.workers:
                case = ["--case", engine, str(workers), place]
                done = subprocess.run([sys.executable, *sys.argv, *case], stdout=subprocess.PIPE, check=True)
                found = json.loads(done.stdout.splitlines()[-1])
                digests.add(found["digest"])
                least = min(least, found["cpu"] / found["texts"] * 1e6)
                print(
                    f"  {engine}, {workers} {place:<8} wall {found['wall']:6.1f}  cpu {found['cpu']:6.1f}  "
                    f"on Ray {found['ray_cpu']:6.1f}  memory {found['memory'] / found['texts']:4.0f} B per text, "
                    f"{found['memory'] / found['kept']:4.0f} per kept one  {found['kept']:,} kept  {found['digest']}",
                    flush=True,
                )
    assert len(digests) == 1, digests
    sample = list(islice(texts(), SAMPLE))
    print_bytes(sample)
    print_peer(sample, arguments.count, least)


if __name__ == "__main__":
    main()
