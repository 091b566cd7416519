"""Steps with several replicas, one of which fails: the run ends with an error, in whatever order messages come."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.host_fixes.failed_replica import status_after

FAILED, NOT_LOADED, UNLOADED = -666, -999, -1000

GOOD = ("loaded", "unloaded")
"""What a replica says that does its work. It gets rows, and so may end, once all are loaded."""


@st.composite
def messages(draw: st.DrawFn, *, failing: bool) -> tuple[int, list[str]]:
    """What the replicas of a step say, in any order in which it can arrive; and how many replicas there are."""
    replicas = draw(st.integers(1, 5))
    num_failing = draw(st.integers(1, replicas)) if failing else 0
    bad = [draw(st.sampled_from([("load_failed",), ("loaded", "unloaded")])) for _ in range(num_failing)]
    if failing and not any(one == ("load_failed",) for one in bad):
        bad[0] = ("load_failed",)
    waiting = [list(one) for one in (*bad, *[GOOD] * (replicas - num_failing))]
    said: list[str] = []
    while any(waiting):
        all_loaded = said.count("loaded") == replicas
        may_speak = [one for one in waiting if one and (failing or all_loaded or one[0] != "unloaded")]
        said.append(draw(st.sampled_from(may_speak)).pop(0))
    return replicas, said


def statuses(replicas: int, said: list[str]) -> list[int]:
    found, status, counted = [], NOT_LOADED, Counter[str]()
    for message in said:
        counted[message] += 1
        status = status_after(status, message, has_all=counted["loaded"] >= replicas)
        found.append(status)
    return found


@given(messages(failing=True))
def test_a_replica_that_cannot_be_loaded_ends_the_run_whenever_the_others_are(case: tuple[int, list[str]]) -> None:
    replicas, said = case
    found = statuses(replicas, said)
    assert set(found[said.index("load_failed") :]) == {FAILED}


@given(messages(failing=False))
def test_replicas_that_do_their_work_are_counted(case: tuple[int, list[str]]) -> None:
    replicas, said = case
    counts = [said[:end].count("loaded") - said[:end].count("unloaded") for end in range(1, len(said) + 1)]
    assert statuses(replicas, said) == [count or UNLOADED for count in counts]


@given(st.integers(2, 5), st.data())
def test_a_replica_that_ends_before_the_others_are_loaded_is_a_failure(replicas: int, data: st.DataObject) -> None:
    loaded = data.draw(st.integers(1, replicas - 1))
    assert statuses(replicas, ["loaded"] * loaded + ["unloaded"] + ["loaded"] * (replicas - loaded))[-1] == FAILED


@pytest.fixture(scope="module")
def outcomes(run_scenarios):
    return run_scenarios(("second_replica_cannot_be_loaded", "second_replica_dies_in_load"))


def test_the_failure_of_one_replica_is_the_error_of_the_run(outcomes):
    outcome = outcomes["second_replica_cannot_be_loaded"]
    assert outcome["error"] == "PipelineFailedError"
    assert "step 'mark_0', loading: ValueError: another replica has the lock" in outcome["message"]
    assert "unload boom" not in outcome["message"]
    assert outcome["children"] == 0


def test_a_replica_that_dies_while_it_is_loaded_is_the_error_of_the_run(outcomes):
    outcome = outcomes["second_replica_dies_in_load"]
    assert (outcome["error"], outcome["children"]) == ("PipelineFailedError", 0)
    assert "step 'mark_0', loading in its worker: the process died (exit code 9" in outcome["message"]
