"""What the host leaves behind in the process, writes about a pipeline and restores in rows."""

import os
import sys
from pathlib import Path

import pytest

from tests import processes

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def outcomes(run_scenarios):
    return run_scenarios(
        (
            "logging_after_run",
            "interrupt_handler_after_run",
            "several_generations_with_overridden_column",
            "secrets_in_yaml",
        ),
        ("spawned_workers",),
    )


def python(code, *options):
    """Run code where neither the host nor this package is imported yet; what it printed, errors included."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = processes.run(
        [sys.executable, *options, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        imported="libraries",
    )
    return done.stdout + done.stderr


def test_logging_after_a_run_goes_where_it_went_before(outcomes):
    assert outcomes["logging_after_run"]["written"] == "after the run\n"


def test_interrupt_after_a_run_is_the_programs_own_again(outcomes):
    assert outcomes["interrupt_handler_after_run"]["same"]


def test_overridden_column_comes_back_to_its_own_row(outcomes):
    rows = outcomes["several_generations_with_overridden_column"].rows
    assert [(row["answer"], row["question"]) for row in rows] == [
        (f"t{row}-{generation}", f"old{row}") for row in range(4) for generation in range(3)
    ]


def test_secret_under_any_name_is_not_written(outcomes):
    assert not outcomes["secrets_in_yaml"]["leaks"]


def test_fields_with_short_names_are_written(outcomes):
    assert outcomes["secrets_in_yaml"]["key"]
    assert outcomes["secrets_in_yaml"]["api"]


def test_spawned_workers_that_run_only_steps_of_others_are_fixed_too(outcomes):
    outcome = outcomes["spawned_workers"]
    assert outcome["error"] is None
    assert [row["k"] for row in outcome.rows] == list(range(20))


def test_tracebacks_show_no_local_variables_once_they_are_restored():
    code = (
        "from distilabel_selfinstruct import host_fixes\n"
        "host_fixes.apply()\n"
        "{restore}\n"
        "def call(api_key): raise ValueError('boom')\n"
        "call('hunter' + '2')\n"
    )
    assert "hunter2" in python(code.format(restore=""), "-W", "ignore")
    restored = python(code.format(restore="host_fixes.restore_plain_tracebacks()"), "-W", "ignore")
    assert "boom" in restored
    assert "hunter2" not in restored


def test_citation_that_does_not_come_is_given_up():
    code = (
        "import threading\n"
        "from distilabel import distiset\n"
        "distiset.get_bibtex = lambda ref: threading.Event().wait()\n"
        "from distilabel_selfinstruct.host_fixes import citations\n"
        "citations._SECONDS = 0.1\n"
        "citations.apply()\n"
        "for _ in range(2):\n"
        "    try: distiset.get_bibtex('https://arxiv.org/abs/2212.10560')\n"
        "    except ValueError as error: print('given up:', error)\n"
    )
    assert python(code, "-W", "ignore").count("given up") == 2
