"""Pipelines of the host that fail on Ray, one after the other in one process and one cluster.

    python ray_scenarios.py ADDRESS RAYLET FILE

What came of each goes to FILE, a line of JSON each. `RAYLET` is the process of the node with the resource
`expendable`, which is killed.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS_TO_WAIT = 120
"""For a step to be loaded, on a busy machine."""


def numbers(**options: Any) -> Any:
    import scenarios

    return scenarios.numbers(**{"n": 60, **options})


def many() -> Any:
    """More numbers than a slow step is done with before it is disturbed."""
    return numbers(n=6000)


def slow(**options: Any) -> Any:
    """A step that works for as long as it is let."""
    import scenarios

    return scenarios.mark(fault="slow", **options)


def marked(**options: Any) -> Any:
    import scenarios

    return scenarios.mark(**options)


class Disturbance(threading.Thread):
    """Does something once the step `mark_0` of a pipeline works.

    Attributes:
        at: when it was done.
    """

    def __init__(self, pipeline: Any, act: Callable[[Any], None]) -> None:
        super().__init__(daemon=True)
        self.at = 0.0
        self._pipeline, self._act = pipeline, act

    def run(self) -> None:
        until = time.monotonic() + SECONDS_TO_WAIT
        while getattr(self._pipeline, "replica_statuses", {}).get(("mark_0", 0)) != "loaded":
            if time.monotonic() > until:
                return
            time.sleep(0.1)
        time.sleep(1.5)  # it has got a batch by then
        self.at = time.monotonic()
        self._act(self._pipeline)


def kill_actor(pipeline: Any) -> None:
    import ray

    ray.kill(ray.get_actor(f"distilabel-{pipeline.name}-mark_0-0-{pipeline.run_id}"))


def left() -> list[Any]:
    """The actors that stay in the cluster: one that is killed has its name for a moment more."""
    import ray

    until = time.monotonic() + SECONDS_TO_WAIT
    while (named := ray.util.list_named_actors(all_namespaces=True)) and time.monotonic() < until:
        time.sleep(0.2)
    return list(named)


def main() -> None:
    address, raylet, results = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    from distilabel_selfinstruct import host_fixes

    host_fixes.apply()
    import ray
    import scenarios

    ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    sent = {"fault": "raise", "at": 25}
    cases: dict[str, tuple[Callable[[], Any], Callable[[Any], None] | None]] = {
        "step": (lambda: numbers() >> marked(**sent), None),
        "generator": (lambda: numbers(ending="raising") >> marked(), None),
        "load": (lambda: numbers() >> marked(fault="raise in load"), None),
        "unload": (lambda: numbers() >> marked(fault="raise in unload"), None),
        "no room": (lambda: numbers() >> marked(resources={"gpus": 3}), None),
        "kill -9": (lambda: numbers() >> marked(fault="killed", at=25), None),
        "ray.kill": (lambda: many() >> slow(), kill_actor),
        "node": (
            lambda: many() >> slow(resources={"resources": {"expendable": 1}}),
            lambda _: os.kill(raylet, signal.SIGKILL),
        ),
    }
    with results.open("w") as stream:
        for name, (build, act) in cases.items():
            with scenarios.pipeline() as local:
                build()
            pipeline = local.ray()
            began = time.monotonic()
            disturbance = None if act is None else Disturbance(pipeline, act)
            if disturbance is not None:
                disturbance.start()
            outcome = scenarios.outcome(pipeline)
            began = disturbance.at if disturbance is not None else began
            outcome["seconds"] = time.monotonic() - began
            outcome["left"] = left()
            outcome["rows"] = outcome["rows"].get("default", [])
            stream.write(json.dumps({"name": name, **outcome}) + "\n")
            stream.flush()


if __name__ == "__main__":
    main()
