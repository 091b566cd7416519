"""The rule as the reference applies it, comparing with every text kept: what the tests compare with."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any


@cache
def scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer  # it imports NLTK and with that SciPy

    return RougeScorer(["rougeL"], use_stemmer=False)


def rouge_l(text: str, other: str) -> float:
    return float(scorer().score(text, other)["rougeL"].fmeasure)


def nearest(text: str, kept: Sequence[str]) -> tuple[str, float] | None:
    scores = [rouge_l(text, other) for other in kept]
    if not scores:
        return None
    best = max(range(len(scores)), key=lambda position: (scores[position], -position))
    return kept[best], scores[best]


def decisions(texts: Iterable[str], max_rouge_l: float) -> list[tuple[bool, tuple[str, float] | None]]:
    kept: list[str] = []
    verdicts = []
    for text in texts:
        found = nearest(text, kept)
        admitted = found is None or not found[1] > max_rouge_l
        verdicts.append((admitted, found))
        if admitted:
            kept.append(text)
    return verdicts
