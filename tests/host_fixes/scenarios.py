"""Pipelines that break the host: functions that return what came of it, for a process of their own.

python scenarios.py FOLDER NAME ... [--host-alone]

The result of each goes to FOLDER/NAME.json. Without `--host-alone` the fixes are applied first.
"""

import io
import itertools
import json
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SCENARIOS: dict[str, Callable[[], Any]] = {}


def scenario(function: Callable[[], Any]) -> Callable[[], Any]:
    SCENARIOS[function.__name__] = function
    return function


def pipeline() -> Any:
    from distilabel.pipeline import Pipeline

    return Pipeline(name="scenario", cache_dir=tempfile.mkdtemp())


def step(kind: str, **options: Any) -> Any:
    import scenario_steps

    return getattr(scenario_steps, kind)(**options)


def numbers(**options: Any) -> Any:
    return step("Numbers", **{"batch_size": 10, **options})


def keep(**options: Any) -> Any:
    return step("Keep", **{"input_batch_size": 10, **options})


def mark(**options: Any) -> Any:
    return step("Mark", **{"input_batch_size": 10, **options})


def outcome(p: Any, **run_options: Any) -> dict[str, Any]:
    """Run the pipeline: its rows by leaf step, and the error if there was one."""
    result: dict[str, Any] = {"error": None, "message": "", "cause": "", "children": 0}
    try:
        distiset = p.run(use_cache=False, **run_options)
    except Exception as error:
        distiset = getattr(error, "distiset", None)
        result |= {"error": type(error).__name__, "message": str(error), "cause": str(error.__cause__)}
    result["rows"] = {name: split["train"].to_list() for name, split in (distiset or {}).items()}
    result["children"] = len(multiprocessing.active_children())
    return result


# --- (a) empty last batches


@scenario
def last_batch_empty() -> Any:
    with pipeline() as p:
        numbers() >> keep(below=20) >> mark()
    return outcome(p)


@scenario
def whole_output_empty() -> Any:
    with pipeline() as p:
        numbers() >> keep(below=0) >> mark()
    return outcome(p)


@scenario
def whole_output_empty_before_global_step() -> Any:
    with pipeline() as p:
        numbers() >> keep(below=0) >> step("Everything") >> mark()
    return outcome(p)


@scenario
def last_batch_empty_before_global_step() -> Any:
    with pipeline() as p:
        numbers() >> keep(below=20) >> step("Everything")
    return outcome(p)


@scenario
def last_batch_empty_with_residue() -> Any:
    with pipeline() as p:
        numbers() >> keep(below=13) >> mark(input_batch_size=7)
    return outcome(p)


@scenario
def chain_of_filters() -> Any:
    with pipeline() as p:
        numbers(n=60) >> keep(below=40) >> keep(below=35, divisor=3) >> mark(input_batch_size=4)
    return outcome(p)


@scenario
def one_of_two_inputs_of_global_step_empty() -> Any:
    with pipeline() as p:
        generator, all_of_them = numbers(), step("EverythingTogether")
        generator >> [keep(name="some"), keep(name="none", below=0)] >> all_of_them
    return outcome(p)


@scenario
def replicas_before_global_step() -> Any:
    with pipeline() as p:
        slow = mark(fault="slow first", resources={"replicas": 2})
        numbers(n=40) >> slow >> step("Everything")
    return outcome(p)


@scenario
def replicas_before_step() -> Any:
    with pipeline() as p:
        slow = mark(fault="slow first", resources={"replicas": 2})
        numbers(n=40) >> slow >> keep(below=30) >> keep()
    return outcome(p)


@scenario
def routes_without_a_step_that_joins_them() -> Any:
    from distilabel.pipeline import routing_batch_function

    turns = itertools.cycle((0, 1))

    @routing_batch_function()
    def alternate(names: list[str]) -> list[str]:
        return [names[next(turns)]]

    with pipeline() as p:
        numbers(n=40) >> alternate >> [keep(name="left"), keep(name="right")]
    return outcome(p)


@scenario
def routes_that_are_joined() -> Any:
    from distilabel.pipeline import sample_n_steps

    with pipeline() as p:
        joined = step("EverythingTogether", name="joined")
        routes = [keep(name=name) for name in ("one", "two", "three")]
        numbers(n=40) >> sample_n_steps(n=2) >> routes >> step("Concatenate", input_batch_size=10) >> joined
    return outcome(p)


@scenario
def one_step_after_the_other() -> Any:
    with pipeline() as p:
        numbers(n=40) >> keep(below=25) >> mark()
    return outcome(p, load_groups="sequential_step_execution")


@scenario
def files_between_steps() -> Any:
    with pipeline() as p:
        numbers(n=40) >> keep(below=25) >> mark()
    return outcome(p, use_fs_to_pass_data=True)


@scenario
def cached_run_and_dry_run() -> Any:
    with pipeline() as p:
        numbers(n=40) >> keep(below=25) >> mark()
    first, second = (len(p.run(use_cache=True)["default"]["train"]) for _ in range(2))
    with pipeline() as p:
        numbers(n=40) >> keep(below=25) >> mark()
    return {"first": first, "second": second, "dry": len(p.dry_run(batch_size=2)["default"]["train"])}


# --- (b) generators and workers that end badly


def generator_ending(how: str) -> Any:
    with pipeline() as p:
        numbers(ending=how, n=40) >> mark()
    return outcome(p)


for _how in ("raising", "dying", "silently", "empty"):
    SCENARIOS[f"generator_ending_{_how}"] = lambda how=_how: generator_ending(how)


def step_fault(fault: str) -> Any:
    with pipeline() as p:
        numbers(n=40) >> mark(fault=fault, at=25)
    return outcome(p)


for _fault in (
    "raise",
    "die",
    "die in load",
    "raise in load",
    "unsendable",
    "two yields",
    "no yield",
    "raise in unload",
):
    SCENARIOS[f"step_{_fault.replace(' ', '_')}"] = lambda fault=_fault: step_fault(fault)


def second_replica(fault: str) -> Any:
    with pipeline() as p:
        numbers(n=40) >> mark(fault=fault, lock=f"{tempfile.mkdtemp()}/lock", resources={"replicas": 3})
    return outcome(p)


SCENARIOS["second_replica_cannot_be_loaded"] = lambda: second_replica("second raises")
SCENARIOS["second_replica_dies_in_load"] = lambda: second_replica("second dies")


@scenario
def idle_worker_dies() -> Any:
    """The process that waits for the task of the second stage is killed while the first stage runs."""
    with pipeline() as p:
        numbers(n=200) >> mark(fault="slow first") >> step("Everything")

    def kill_idle() -> None:
        while not getattr(p, "_steps_load_status", {}) or min(p._steps_load_status.values()) == -999:
            time.sleep(0.05)
            if sum(status == 1 for status in p._steps_load_status.values()) == 2:
                break
        busy = set(p.worker_watch.workers.keys())
        for process in list(p._pool._pool):
            if process.pid not in busy:
                os.kill(process.pid, 9)

    threading.Thread(target=kill_idle, daemon=True).start()
    return outcome(p)


@scenario
def step_that_cannot_be_pickled() -> Any:
    with pipeline() as p:
        second = mark()
        second._signature = lambda: None  # type: ignore[attr-defined]
        object.__setattr__(second, "unpicklable", lambda: None)
        numbers() >> second
    return outcome(p)


# --- (c), (d) failures in steps


@scenario
def global_step_raises() -> Any:
    with pipeline() as p:
        numbers() >> step("Everything", fault="raise")
    return outcome(p)


@scenario
def unequal_predecessors() -> Any:
    with pipeline() as p:
        generator, join = numbers(), step("Together", input_batch_size=10)
        generator >> [keep(name="all"), keep(name="half", divisor=2)] >> join
    return outcome(p)


@scenario
def exception_between_steps() -> Any:
    """The routing function is called in the thread that moves the batches."""
    from distilabel.pipeline import routing_batch_function

    @routing_batch_function()
    def broken(names: list[str]) -> list[str]:
        raise ValueError("routing boom")

    with pipeline() as p:
        numbers() >> broken >> [keep(name="left"), keep(name="right")]
    return outcome(p)


# --- (e) columns that change


@scenario
def changing_columns() -> Any:
    with pipeline() as p:
        numbers(n=120) >> step("Change", input_batch_size=10)
    return outcome(p)


@scenario
def changing_columns_through_global_step() -> Any:
    with pipeline() as p:
        numbers(n=120) >> step("Change", input_batch_size=10) >> step("Same")
    return outcome(p)


# --- (f), (g) around the run


@scenario
def logging_after_run() -> Any:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().handlers[:] = [handler]
    with pipeline() as p:
        numbers()
    result = outcome(p)
    sys.stderr = written  # where a handler reports that it failed
    logging.getLogger("user").error("after the run")
    sys.stderr = sys.__stderr__
    return {"written": written.getvalue(), "rows": result["rows"]}


@scenario
def interrupt_handler_after_run() -> Any:
    before = signal.getsignal(signal.SIGINT)
    with pipeline() as p:
        numbers()
    outcome(p)
    return {"same": signal.getsignal(signal.SIGINT) is before}


@scenario
def several_generations_with_overridden_column() -> Any:
    from distilabel.steps import LoadDataFromDicts

    with pipeline() as p:
        rows = [{"text": f"t{i}", "question": f"old{i}"} for i in range(4)]
        ask = step("Ask", llm=step("CountingLLM"), num_generations=3, input_mappings={"question": "text"})
        LoadDataFromDicts(data=rows) >> ask
    return outcome(p)


@scenario
def secrets_in_yaml() -> Any:
    with pipeline() as p:
        numbers() >> step("WithSecrets", token="hunter2")
    result = outcome(p)
    text = Path(p._cache_location["pipeline"]).read_text()
    return {
        "leaks": "hunter2" in text,
        "key": "shown key" in text,
        "api": "shown api" in text,
        "rows": result["rows"],
    }


@scenario
def spawned_workers() -> Any:
    """Workers that inherit nothing of this process; the steps do not import our package."""
    with pipeline() as p:
        numbers() >> keep(below=20) >> mark(fault="two yields")
    return outcome(p)


def main() -> None:
    folder, *names = [argument for argument in sys.argv[1:] if argument != "--host-alone"]
    if names == ["spawned_workers"]:
        multiprocessing.set_start_method("spawn")
    if "--host-alone" in sys.argv:
        from distilabel.pipeline import base

        # The host looks every 2.5 s whether the steps are loaded; the tests need not wait so long.
        real_sleep = time.sleep
        base.time.sleep = lambda seconds: real_sleep(min(seconds, 0.2))
    else:
        from distilabel_selfinstruct import host_fixes

        assert host_fixes.apply()
    for name in names:
        Path(folder, f"{name}.json").write_text(json.dumps(SCENARIOS[name](), default=str))


if __name__ == "__main__":
    main()
