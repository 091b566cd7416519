"""The novelty filter against recorded runs of the reference: every candidate, its scores and the decision on it."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from distilabel_selfinstruct.similarity import NoveltyIndex

RECORDINGS = os.environ.get("SELFINSTRUCT_RECORDINGS")
pytestmark = pytest.mark.skipif(not RECORDINGS, reason="SELFINSTRUCT_RECORDINGS names no folder of recorded runs")
RUNS = sorted(Path(RECORDINGS).glob("recorded_runs/*/stage1_replay.expected.jsonl")) if RECORDINGS else []


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.parent.name)
def test_every_candidate_scores_and_fares_as_in_the_reference(path):
    index = NoveltyIndex(0.7)
    index.extend(json.loads((path.parent / "stage1_replay.seeds.json").read_text()))
    for row in read(path):
        assert len(index) == row["pool_size"]
        assert float(np.mean(index.scores(row["candidate"]))) == row["mean_rougeL"]
        nearest = index.nearest(row["candidate"], 1)[0]
        assert (nearest.rouge_l, nearest.text) == (row["max_rougeL"], row["most_similar"])
        assert index.admit(row["candidate"]).admitted == row["kept"]
