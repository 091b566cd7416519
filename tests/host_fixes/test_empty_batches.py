"""A step may drop every row of its last batch, or all rows, wherever it stands."""

import pytest


@pytest.fixture(scope="module")
def outcomes(run_scenarios):
    return run_scenarios(
        (
            "last_batch_empty",
            "last_batch_empty_with_residue",
            "last_batch_empty_before_global_step",
            "whole_output_empty",
            "whole_output_empty_before_global_step",
        ),
        (
            "chain_of_filters",
            "one_of_two_inputs_of_global_step_empty",
            "replicas_before_step",
            "replicas_before_global_step",
            "routes_without_a_step_that_joins_them",
        ),
    )


def numbers_of(rows):
    return [row["k"] for row in rows]


def test_last_batch_of_a_step_may_be_empty(outcomes):
    assert outcomes["last_batch_empty"]["error"] is None
    assert numbers_of(outcomes["last_batch_empty"].rows) == list(range(20))


def test_rows_that_do_not_fill_a_batch_arrive_when_the_last_batch_is_empty(outcomes):
    assert numbers_of(outcomes["last_batch_empty_with_residue"].rows) == list(range(13))


def test_global_step_gets_all_rows_when_the_last_batch_is_empty(outcomes):
    rows = outcomes["last_batch_empty_before_global_step"].rows
    assert numbers_of(rows) == list(range(20))
    assert {row["total"] for row in rows} == {20}


@pytest.mark.parametrize("name", ["whole_output_empty", "whole_output_empty_before_global_step"])
def test_run_ends_without_error_when_no_row_is_left(outcomes, name):
    assert outcomes[name]["error"] is None
    assert outcomes[name]["rows"] == {}


def test_filters_may_follow_one_another(outcomes):
    assert numbers_of(outcomes["chain_of_filters"].rows) == list(range(0, 35, 3))


def test_global_step_gets_the_rows_of_one_predecessor_when_the_other_has_none(outcomes):
    assert numbers_of(outcomes["one_of_two_inputs_of_global_step_empty"].rows) == list(range(30))


def test_slow_replica_loses_no_row_before_a_filter(outcomes):
    assert numbers_of(outcomes["replicas_before_step"].rows) == list(range(30))


def test_slow_replica_loses_no_row_before_a_global_step(outcomes):
    rows = outcomes["replicas_before_global_step"].rows
    assert numbers_of(rows) == list(range(40))
    assert {row["total"] for row in rows} == {40}


def test_routes_that_do_not_come_together_end(outcomes):
    outcome = outcomes["routes_without_a_step_that_joins_them"]
    assert outcome["error"] is None
    assert sorted(numbers_of(outcome["rows"]["left"] + outcome["rows"]["right"])) == list(range(40))
