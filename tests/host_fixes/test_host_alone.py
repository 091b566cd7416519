"""The other side: without the fixes the host hangs, or returns fewer or wrong rows without an error."""

import pytest

HANGS = [
    "last_batch_empty",
    "whole_output_empty",
    "chain_of_filters",
    "one_of_two_inputs_of_global_step_empty",
    "replicas_before_global_step",
    "routes_without_a_step_that_joins_them",
    "one_step_after_the_other",
    "generator_ending_raising",
    "generator_ending_dying",
    "generator_ending_silently",
    "generator_ending_empty",
    "step_die",
    "step_die_in_load",
    "step_raise_in_load",
    "step_unsendable",
    "step_that_cannot_be_pickled",
    "step_raise_in_unload",
    "unequal_predecessors",
]
MISBEHAVES = {
    "step_raise": lambda outcome: outcome["error"] is None,
    "step_two_yields": lambda outcome: len(outcome.rows) == 20,
    "global_step_raises": lambda outcome: outcome["error"] is None and outcome.rows == [],
    "exception_between_steps": lambda outcome: outcome["error"] is None,
    "changing_columns": lambda outcome: outcome["error"] == "ArrowInvalid",
    "changing_columns_through_global_step": lambda outcome: outcome["error"] is None and outcome.rows == [],
    "several_generations_with_overridden_column": lambda outcome: outcome.rows[1]["question"] == "old1",
    "logging_after_run": lambda outcome: "closed" in outcome["written"],
    "interrupt_handler_after_run": lambda outcome: not outcome["same"],
    "secrets_in_yaml": lambda outcome: outcome["leaks"] and not outcome["key"],
}


@pytest.mark.slow
def test_host_alone_hangs(run_scenarios):
    outcomes = run_scenarios(*[(name,) for name in HANGS], options=("--host-alone",), limit=6, at_once=9)
    assert [name for name, outcome in outcomes.items() if not outcome.hung] == []


@pytest.mark.slow
def test_host_alone_loses_rows_or_says_nothing(run_scenarios):
    outcomes = run_scenarios(*[(name,) for name in MISBEHAVES], options=("--host-alone",))
    assert [name for name, misbehaves in MISBEHAVES.items() if not misbehaves(outcomes[name])] == []
