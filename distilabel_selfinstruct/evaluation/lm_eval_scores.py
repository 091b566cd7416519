"""Scores of answers for lm-evaluation-harness, as `selfinstruct evaluate` has them in its default track.

This file is written to a task folder as `utils.py`. It needs the package `rouge_score` and nothing of the one that
wrote it.
"""

import json
import string
from functools import lru_cache
from pathlib import Path
from typing import Any

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def load_rows(**_: Any) -> dict[str, Any]:
    """The tasks that lie beside this file, as the split `test`."""
    from datasets import Dataset

    lines = Path(__file__).with_name("rows.jsonl").read_text(encoding="utf-8").split("\n")
    return {"test": Dataset.from_list([json.loads(line) for line in lines if line])}


def process_results(doc: dict[str, Any], results: list[str]) -> dict[str, float]:
    """Exact match, ROUGE-1 and ROUGE-L of an answer against the best of its references, each from 0 to 100.

    Args:
        doc: the task, with its `references`.
        results: the answer, in a list.
    """
    answer, references = results[0], doc["references"]
    scores = [_scorer().score(reference, answer) for reference in references]
    return {
        "exact_match": 100.0 * (_bare(answer) in {_bare(reference) for reference in references}),
        "rouge1": 100.0 * max(score["rouge1"].fmeasure for score in scores),
        "rougeL": 100.0 * max(score["rougeL"].fmeasure for score in scores),
    }


@lru_cache(maxsize=1)
def _scorer() -> Any:
    from rouge_score import rouge_scorer  # it imports nltk, which takes seconds

    package: Any = rouge_scorer  # its functions have no annotations
    return package.RougeScorer(["rouge1", "rougeL"], use_stemmer=True)


def _bare(text: str) -> str:
    return " ".join(text.lower().translate(_NO_PUNCTUATION).split())
