"""Features of the host that the fixes touch and that keep working."""

import pytest


@pytest.fixture(scope="module")
def outcomes(run_scenarios):
    return run_scenarios(
        ("routes_that_are_joined", "one_step_after_the_other"),
        ("files_between_steps", "cached_run_and_dry_run"),
    )


def numbers_of(rows):
    return [row["k"] for row in rows]


def test_routes_may_be_joined_again(outcomes):
    assert outcomes["routes_that_are_joined"]["error"] is None
    assert sorted(numbers_of(outcomes["routes_that_are_joined"].rows)) == sorted([*range(40), *range(40)])


def test_steps_may_be_loaded_one_after_the_other(outcomes):
    assert outcomes["one_step_after_the_other"]["error"] is None
    assert numbers_of(outcomes["one_step_after_the_other"].rows) == list(range(25))


def test_batches_may_be_passed_as_files(outcomes):
    assert outcomes["files_between_steps"]["error"] is None
    assert numbers_of(outcomes["files_between_steps"].rows) == list(range(25))


def test_finished_run_may_be_read_from_the_cache(outcomes):
    assert outcomes["cached_run_and_dry_run"]["first"] == 25
    assert outcomes["cached_run_and_dry_run"]["second"] == 25


def test_dry_run_makes_one_small_batch(outcomes):
    assert outcomes["cached_run_and_dry_run"]["dry"] == 2
