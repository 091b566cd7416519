"""What the novelty filter costs, beside the ways it is done elsewhere, all in one run.

    python tests/benchmarks/novelty.py --texts instructions.jsonl [--quick]

The texts are rows with an `instruction`; by default those of `instructions/english_alpaca_52k.jsonl` in the
folder that SELFINSTRUCT_RECORDINGS names. With the extra `numba` installed, its engine is measured too; compiling
is not counted. Candidates are real ones held out of the pool, so most pass: the
costly case for the peers, which stop at nothing. Times are medians over rounds of single-core work unless
said. `--quick` takes about a minute and leaves the million out.
"""

import argparse
import importlib.util
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import extract_iter
from rouge_score import rouge_scorer

sys.path.insert(0, str(Path(__file__).parents[2]))
from distilabel_selfinstruct.similarity import NoveltyIndex, filter_texts, rouge_l
from distilabel_selfinstruct.similarity.rouge import f_measure
from distilabel_selfinstruct.similarity.token_index import TokenIndex
from distilabel_selfinstruct.similarity.tokenizers import rouge_score_tokens

THRESHOLD = 0.7
HELD_OUT = 2000
ENGINES = ["numpy", "numba"] if importlib.util.find_spec("numba") else ["numpy"]
SCORER = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)


def read_texts(path: Path) -> list[str]:
    return [json.loads(line)["instruction"] for line in path.read_text(encoding="utf-8").splitlines()]


def with_mutations(texts: Sequence[str], count: int) -> Iterator[str]:
    """The texts, then copies of which 10 to 80% of the words are replaced, inserted or deleted; seeded."""
    random = Random(0)
    words = [text.split() for text in texts if text.strip()]
    yield from texts
    for _ in range(count - len(texts)):
        mutated = list(random.choice(words))
        for _ in range(max(1, round(len(mutated) * random.randint(1, 8) / 10))):
            place, new, action = (
                random.randrange(len(mutated)),
                random.choice(random.choice(words)),
                random.random(),
            )
            if action < 0.8:
                mutated[place] = new
            elif action < 0.9:
                mutated.insert(place, new)
            elif len(mutated) > 3:
                del mutated[place]
        yield " ".join(mutated)


def microseconds(work: Callable[[str], object], texts: Sequence[str], rounds: int = 5) -> float:
    """Median over rounds of the mean time per text."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for text in texts:
            work(text)
        times.append((time.perf_counter() - start) / len(texts) * 1e6)
    return statistics.median(times)


def reference_decision(candidate: str, pool: Sequence[str]) -> bool:
    """As the reference implementation writes it: a pool of 4 processes per candidate, tokens made each time."""
    with get_context("fork").Pool(4) as processes:
        scores = processes.map(partial(SCORER.score, candidate), pool)
    return max(score["rougeL"].fmeasure for score in scores) > THRESHOLD


def alpaca_decision(candidate: str, pool_tokens: Sequence[list[str]]) -> bool:
    """As Alpaca's generator writes it: tokens kept, a pool of 16 processes per candidate."""
    tokens = rouge_score_tokens(candidate)
    with get_context("fork").Pool(16) as processes:
        scores = processes.map(partial(rouge_scorer._score_lcs, tokens), pool_tokens)
    return max(score.fmeasure for score in scores) > THRESHOLD


def rapidfuzz_decision(candidate: str, stored: TokenIndex) -> bool:
    """Compare with one stored text after the other, encoded before; a cut-off, then the exact test."""
    query = stored.vocabulary.encode(rouge_score_tokens(candidate))
    similar = extract_iter(
        query, stored.prefix_index.encoded, scorer=Indel.normalized_similarity, score_cutoff=THRESHOLD - 1e-4
    )
    return any(
        f_measure(LCSseq.similarity(query, other), len(query), len(other)) > THRESHOLD for other, _, _ in similar
    )


def stored_texts(texts: Sequence[str], engine: str) -> TokenIndex:
    stored = TokenIndex(THRESHOLD, rouge_score_tokens, engine)
    for text in texts:
        stored.store(text, rouge_score_tokens(text))
    return stored


def print_per_candidate(pool: Sequence[str], held_out: Sequence[str], *, quick: bool) -> None:
    indices = {engine: stored_texts(pool, engine) for engine in ENGINES}
    stored = indices["numpy"]
    tokens = [rouge_score_tokens(text) for text in pool]
    few = 1 if quick else 3
    decisions = {
        engine: microseconds(lambda text, index=index: index.search(rouge_score_tokens(text)), held_out)  # type: ignore[misc]
        for engine, index in indices.items()
    }
    ours = decisions["numpy"]
    rows = [
        (
            "reference as written, Pool(4)",
            microseconds(lambda text: reference_decision(text, pool), held_out[:few], few),
        ),
        ("Alpaca, Pool(16)", microseconds(lambda text: alpaca_decision(text, tokens), held_out[:few], few)),
        (
            "rapidfuzz, one by one",
            microseconds(lambda text: rapidfuzz_decision(text, stored), held_out[:100], 3),
        ),
        (
            "this index: nearest of any text",
            microseconds(lambda t: stored.nearest(rouge_score_tokens(t), 1), held_out[:200]),
        ),
        (
            "this index: mean and 10 nearest",
            microseconds(lambda t: stored.scores(rouge_score_tokens(t)), held_out[:100]),
        ),
        *((f"this index: decision, {engine}", value) for engine, value in decisions.items()),
    ]
    print(
        f"\nPer candidate, microseconds: a pool of {len(pool):,} real texts, "
        f"{len(held_out):,} real candidates held out of it"
    )
    for name, value in rows:
        print(
            f"  {name:<34}{value:>14,.1f}  {value / ours:>10,.1f} x ours  {rows[0][1] / value:>10,.0f} x the reference"
            f"  {rows[2][1] / value:>8,.1f} x rapidfuzz"
        )


def print_split(pool: Sequence[str], held_out: Sequence[str]) -> None:
    """Where a decision's time goes with numpy; the rest of it is the loop and the choice of the best."""
    stored = stored_texts(pool, "numpy")
    index, vocabulary = stored.prefix_index, stored.vocabulary
    tokenizing = microseconds(rouge_score_tokens, held_out)
    encoding = microseconds(lambda text: vocabulary.encode(rouge_score_tokens(text)), held_out)
    proposing = microseconds(lambda text: index.candidates(vocabulary.encode(rouge_score_tokens(text))), held_out)
    deciding = microseconds(lambda text: index.search(vocabulary.encode(rouge_score_tokens(text))), held_out)
    proposed = sum(len(index.candidates(vocabulary.encode(rouge_score_tokens(text)))) for text in held_out)
    print(
        f"  split: tokenizing {tokenizing:.1f}, encoding {encoding - tokenizing:.1f}, "
        f"index {proposing - encoding:.1f}, verification {deciding - proposing:.1f} "
        f"({proposed / len(held_out):.1f} texts compared in full)"
    )


def print_memory(texts: Sequence[str], engine: str) -> None:
    tracemalloc.start()
    index = NoveltyIndex(THRESHOLD, engine=engine)
    index.extend(texts)
    used, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    strings = sum(map(sys.getsizeof, texts))
    print(
        f"\nMemory per text, bytes, {engine}: {used / len(texts):.0f} for the index (peak {peak / len(texts):.0f}), "
        f"{strings / len(texts):.0f} for the texts themselves"
    )


def print_whole_filter(texts: Sequence[str], workers: int | None, engine: str) -> None:
    start, kept = time.perf_counter(), 0
    for decision in filter_texts(texts, workers=workers, engine=engine):
        kept += decision.kept
    seconds = time.perf_counter() - start
    print(
        f"  {engine}, {len(texts):>9,} texts, workers={workers or 'one per core'}: {seconds:.2f} s, "
        f"{seconds / len(texts) * 1e6:.1f} µs each, {kept:,} kept ({kept / len(texts):.0%})"
    )


def print_exactness(texts: Sequence[str], count: int, engine: str) -> None:
    """Decide, then let rouge_score score the 20 texts that comparing with all puts first."""
    index = NoveltyIndex(THRESHOLD, engine=engine)
    candidates = list(with_mutations(texts, len(texts) + count // 2))
    candidates = candidates[: count - count // 2] + candidates[len(texts) :]
    index.extend(texts[count - count // 2 :])
    wrong = rejected = 0
    for candidate in candidates:
        nearest = index.compare(candidate, 20).most_similar
        scores = [SCORER.score(candidate, neighbor.text)["rougeL"].fmeasure for neighbor in nearest]
        verdict = index.admit(candidate)
        expected = max(scores) > THRESHOLD
        rejected += expected
        same_scores = scores == [neighbor.rouge_l for neighbor in nearest]
        same_nearest = verdict.nearest is None or verdict.nearest == nearest[0]
        wrong += not (verdict.admitted != expected and same_scores and same_nearest)
    print(
        f"\nDecisions that differ from rouge_score, {engine}: {wrong} of {count:,} "
        f"(half real, half mutated; {rejected:,} rejected)"
    )


def print_minhash(texts: Sequence[str]) -> None:
    print("\ndistilabel's MinHashDedup on the texts and half as many mutations")
    if importlib.util.find_spec("distilabel") is None or importlib.util.find_spec("datasketch") is None:
        print("  not measured: distilabel and datasketch are not installed here")
        return
    from distilabel.steps import MinHashDedup

    ours = [decision.kept for decision in filter_texts(texts)]
    for threshold in (0.7, 0.9):
        step = MinHashDedup(threshold=threshold, tokenizer="ngrams", n=5, storage="dict")
        start = time.perf_counter()
        try:
            step.load()
            rows = next(step.process([{"text": text} for text in texts]))
        except Exception as error:
            print(f"  threshold {threshold}: fails, {type(error).__name__}: {error}")
            continue
        seconds = time.perf_counter() - start
        kept = [bool(row["keep_row_after_minhash_filtering"]) for row in rows]
        too_many = sum(theirs and not own for theirs, own in zip(kept, ours, strict=True))
        too_few = sum(own and not theirs for theirs, own in zip(kept, ours, strict=True))
        print(
            f"  threshold {threshold}: {seconds:.1f} s; {(too_many + too_few) / len(texts):.1%} of decisions "
            f"wrong: {too_many:,} near-duplicates kept, {too_few:,} new texts dropped"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    recordings = os.environ.get("SELFINSTRUCT_RECORDINGS")
    default = Path(recordings) / "instructions/english_alpaca_52k.jsonl" if recordings else None
    parser.add_argument("--texts", type=Path, default=default, required=default is None)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    texts = read_texts(arguments.texts)
    shuffled = list(texts)
    Random(0).shuffle(shuffled)
    pool, held_out = shuffled[:-HELD_OUT], shuffled[-HELD_OUT:]

    assert rouge_l(pool[0], pool[0]) == 1
    print_per_candidate(pool, held_out, quick=arguments.quick)
    print_split(pool, held_out)
    for engine in ENGINES:
        print_memory(texts, engine)
    print("\nWhole greedy filter, tokenizing included")
    for engine in ENGINES:  # compiles
        list(filter_texts(texts[:100], engine=engine))
    for engine in ENGINES:
        print_whole_filter(texts, 1, engine)
    if not arguments.quick:
        million = list(with_mutations(texts, 1_000_000))
        for engine in ENGINES:
            print_whole_filter(million, 1, engine)
            print_whole_filter(million, None, engine)
    for engine in ENGINES:
        print_exactness(texts, 400 if arguments.quick else 5000, engine)
    print_minhash(list(with_mutations(texts, len(texts) * 3 // 2)))


if __name__ == "__main__":
    main()
