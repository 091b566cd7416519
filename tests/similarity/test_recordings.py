"""Real pairs and runs, where a folder of recordings is given: `SELFINSTRUCT_RECORDINGS=DIR`."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.similarity import NoveltyIndex, rouge_l

FOLDER = os.environ.get("SELFINSTRUCT_RECORDINGS")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="SELFINSTRUCT_RECORDINGS is not set")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(str(FOLDER)) / name).read_text(encoding="utf-8").splitlines()]


def test_recorded_pairs_score_as_recorded() -> None:
    for row in rows("rouge/recorded_pairs_5k.jsonl"):
        assert rouge_l(row["a"], row["b"]) == row["rouge_score_0.1.2"]


@pytest.mark.usefixtures("every_engine")
def test_recorded_pairs_are_decided_as_their_scores_say() -> None:
    for row in rows("rouge/recorded_pairs_5k.jsonl"):
        index = NoveltyIndex()
        index.add(row["a"])
        assert index.admit(row["b"]).admitted == (not row["rouge_score_0.1.2"] > 0.7)


@pytest.mark.usefixtures("every_engine")
@pytest.mark.parametrize(
    ("name", "count"), [("korean_4k", 1250), ("chinese_4k", 800), ("japanese_1k", 800), ("thai_2k", 800)]
)
def test_unicode_decisions_equal_comparing_with_all_on_real_texts(name: str, count: int) -> None:
    index = NoveltyIndex(0.7, "unicode")
    rejected = 0
    for row in rows(f"instructions/{name}.jsonl")[:count]:
        scores = index.scores(row["instruction"])
        verdict = index.admit(row["instruction"])
        rejected += not verdict.admitted
        assert verdict.admitted == (not len(scores) or not scores.max() > 0.7)
        assert verdict.admitted or (verdict.nearest is not None and verdict.nearest.rouge_l == scores.max())
    assert rejected
