"""The similarity of vectors, on Elasticsearch's scale."""

import json
from collections.abc import Sequence

import numpy as np


def similarities(vectors: Sequence[str], wanted: Sequence[float], *, inverse: bool = False) -> list[float]:
    """(1 + cosine) / 2 of each vector, given as JSON, and the wanted vector, or with `inverse` its opposite."""
    if not vectors:
        return []
    matrix = np.array([json.loads(vector) for vector in vectors], dtype=np.float32)
    target = np.asarray(wanted, dtype=np.float32) * (-1 if inverse else 1)
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(target)
    cosines = matrix @ target / np.where(lengths == 0, 1, lengths)
    return [float(score) for score in (1 + cosines) / 2]
