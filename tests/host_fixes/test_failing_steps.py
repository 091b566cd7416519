"""Whatever fails, the run ends, keeps the rows that were made and says what failed."""

import pytest

DYING = "exit code 9"


@pytest.fixture(scope="module")
def outcomes(run_scenarios):
    return run_scenarios(
        (
            "generator_ending_raising",
            "generator_ending_dying",
            "generator_ending_silently",
            "generator_ending_empty",
            "step_raise",
            "step_die",
            "step_die_in_load",
            "step_raise_in_load",
            "step_unsendable",
        ),
        (
            "step_two_yields",
            "step_no_yield",
            "step_raise_in_unload",
            "step_that_cannot_be_pickled",
            "global_step_raises",
            "exception_between_steps",
            "unequal_predecessors",
            "idle_worker_dies",
        ),
    )


def assert_failed(outcome, *parts):
    assert outcome["error"] == "PipelineFailedError"
    for part in parts:
        assert part in outcome["message"]
    assert outcome["children"] == 0


def numbers_of(rows):
    return [row["k"] for row in rows]


def test_rows_before_an_exception_in_a_generator_are_kept(outcomes):
    outcome = outcomes["generator_ending_raising"]
    assert_failed(outcome, "step 'numbers_0', generating batch 2: RuntimeError: generator boom")
    assert numbers_of(outcome.rows) == list(range(20))


@pytest.mark.parametrize("how", ["silently", "empty"])
def test_generator_may_end_without_a_last_batch_of_rows(outcomes, how):
    outcome = outcomes[f"generator_ending_{how}"]
    assert outcome["error"] is None
    assert numbers_of(outcome.rows) == list(range(40))


def test_dead_worker_of_a_generator_ends_the_run(outcomes):
    assert_failed(outcomes["generator_ending_dying"], "step 'numbers_0'", DYING)


def test_dead_worker_of_a_step_ends_the_run_and_keeps_finished_rows(outcomes):
    assert_failed(outcomes["step_die"], "step 'mark_0', running in its worker", DYING)
    assert numbers_of(outcomes["step_die"].rows) == list(range(20))


def test_worker_that_dies_while_loading_ends_the_run(outcomes):
    assert_failed(outcomes["step_die_in_load"], "step 'mark_0', loading in its worker", DYING)


def test_any_exception_in_load_ends_the_run(outcomes):
    outcome = outcomes["step_raise_in_load"]
    assert_failed(outcome, "step 'mark_0', loading: DetailedError: load boom: no model")


def test_exception_between_steps_is_raised_at_the_end(outcomes):
    assert_failed(outcomes["exception_between_steps"], "moving batches between steps: ValueError: routing boom")


def test_dead_idle_worker_ends_a_run_that_needs_it_later(outcomes):
    assert_failed(outcomes["idle_worker_dies"], "a worker waiting for a step to run", "exit code -9")


def test_batch_whose_step_raises_is_passed_on_with_none_and_the_run_raises_at_its_end(outcomes):
    outcome = outcomes["step_raise"]
    assert_failed(outcome, "step 'mark_0', batch 2: ValueError: step boom")
    assert numbers_of(outcome.rows) == list(range(40))
    assert [row["k"] for row in outcome.rows if row["mark"] is None] == list(range(20, 30))


def test_rows_of_a_global_step_that_raises_are_kept_with_none(outcomes):
    outcome = outcomes["global_step_raises"]
    assert_failed(outcome, "step 'everything_0', batch 0: ValueError: global boom")
    assert numbers_of(outcome.rows) == list(range(30))
    assert {row["total"] for row in outcome.rows} == {None}


def test_rows_that_cannot_leave_the_worker_become_none(outcomes):
    outcome = outcomes["step_unsendable"]
    assert_failed(outcome, "step 'mark_0', sending batch 2", "lambda")
    assert [row["k"] for row in outcome.rows if row["mark"] is None] == list(range(20, 30))


def test_exception_in_unload_loses_no_row(outcomes):
    assert_failed(outcomes["step_raise_in_unload"], "step 'mark_0'", "unload boom")
    assert numbers_of(outcomes["step_raise_in_unload"].rows) == list(range(40))


def test_step_that_cannot_be_sent_to_a_worker_ends_the_run(outcomes):
    assert_failed(outcomes["step_that_cannot_be_pickled"], "step 'mark_0', starting in a worker", "lambda")


def test_every_yield_counts(outcomes):
    assert outcomes["step_two_yields"]["error"] is None
    assert numbers_of(outcomes["step_two_yields"].rows) == list(range(40))


def test_step_that_yields_nothing_drops_its_rows(outcomes):
    assert outcomes["step_no_yield"]["error"] is None
    assert outcomes["step_no_yield"]["rows"] == {}


def test_predecessors_with_unequal_numbers_of_rows_end_with_an_error(outcomes):
    outcome = outcomes["unequal_predecessors"]
    assert_failed(outcome, "step 'together_0' has unused rows: 10 from 'all', 0 from 'half'")
    assert numbers_of(outcome.rows) == list(range(15))
