"""How similar the instructions are to the seeds and to each other (paper, figure 4 and section 2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.analysis import Histogram, share_histogram
from distilabel_selfinstruct.similarity import NoveltyIndex, filter_texts

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two instructions and their ROUGE-L F1."""

    rouge_l: float
    instruction: str
    earlier: str


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """What a filter would drop at each threshold: `dropped[i]` instructions at `thresholds[i]`.

    The filter keeps an instruction if its ROUGE-L with every instruction kept before is at most the threshold.
    `examples` are the most similar pairs that it finds at the lowest threshold.
    """

    thresholds: tuple[float, ...]
    dropped: tuple[int, ...]
    examples: tuple[SimilarPair, ...]


def seed_similarity(instructions: Sequence[str], seeds: Sequence[str], tokenizer: str) -> Histogram:
    """The highest ROUGE-L F1 of each instruction with a seed instruction, from 0 to 1."""
    index = NoveltyIndex(tokenizer=tokenizer)
    index.extend(seeds)
    return share_histogram([float(index.scores(instruction).max()) for instruction in instructions])


def near_duplicates(instructions: Sequence[str], tokenizer: str) -> NearDuplicates:
    """Filter the instructions, in their order, at several thresholds."""
    dropped = []
    examples: list[SimilarPair] = []
    for threshold in THRESHOLDS:
        results = filter_texts(instructions, max_rouge_l=threshold, tokenizer=tokenizer)
        rejected = [result for result in results if not result.kept]
        dropped.append(len(rejected))
        if threshold == THRESHOLDS[0]:
            pairs = (
                SimilarPair(result.nearest.rouge_l, instructions[result.position], result.nearest.text)
                for result in rejected
                if result.nearest is not None
            )
            examples = sorted(pairs, key=lambda pair: -pair.rouge_l)[:MAX_EXAMPLES]
    return NearDuplicates(THRESHOLDS, tuple(dropped), tuple(examples))
