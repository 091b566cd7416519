"""Strict mode against the reference's own results on recorded responses of real models.

The recordings are third-party data and no part of this repository: `SELFINSTRUCT_RECORDINGS` names their
folder.
"""

import os
from collections import Counter

import pytest

from tests.parity.report import CLASSES, VARIABLE, Run, misreadings, parity, recorded_runs

FOLDER = os.environ.get(VARIABLE, "")
RUNS = recorded_runs(FOLDER) if FOLDER else []

pytestmark = pytest.mark.skipif(not FOLDER, reason=f"{VARIABLE} does not name a folder of recordings")


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_strict_mode_reads_every_response_as_the_reference_does(run: Run) -> None:
    for equal, of in parity(run).values():
        assert equal == of


def test_default_mode_makes_none_of_the_mistakes_more_often_than_strict_mode() -> None:
    for run in RUNS:
        strict, default = misreadings(run, "strict"), misreadings(run, "default")
        assert all(default[name] <= strict[name] for name in CLASSES), run.name


def test_default_mode_makes_each_recorded_mistake_less_often() -> None:
    strict: Counter[str] = sum((misreadings(run, "strict") for run in RUNS), Counter())
    default: Counter[str] = sum((misreadings(run, "default") for run in RUNS), Counter())
    assert [name for name in CLASSES if strict[name] and default[name] >= strict[name]] == []
