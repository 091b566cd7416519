"""Pipelines of the host that fail on Ray, one after the other in one process and one cluster.

    python ray_scenarios.py ADDRESS RAYLET

What came of each is printed, in a line each. `RAYLET` is the process of the node with the resource
`expendable`, which is killed.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

SECONDS_TO_WAIT = 120
"""For a step to be loaded, on a busy machine."""


def numbers(**options: Any) -> Any:
    """A step that makes rows. Each step is a process that imports the host: most scenarios do with this one."""
    import scenarios

    return scenarios.numbers(**{"n": 60, **options})


def slow(**options: Any) -> Any:
    """A step that works for as long as it is let."""
    return numbers(n=6000, fault="slow", **options)


def marked(**options: Any) -> Any:
    import scenarios

    return scenarios.mark(**options)


class Disturbance(threading.Thread):
    """Does something once the step `numbers_0` of a pipeline works.

    Attributes:
        at: when it was done.
    """

    def __init__(self, pipeline: Any, act: Callable[[Any], None]) -> None:
        super().__init__(daemon=True)
        self.at = 0.0
        self._pipeline, self._act = pipeline, act

    def run(self) -> None:
        until = time.monotonic() + SECONDS_TO_WAIT
        while getattr(self._pipeline, "replica_statuses", {}).get(("numbers_0", 0)) != "loaded":
            if time.monotonic() > until:
                return
            time.sleep(0.1)
        time.sleep(0.5)  # it makes a batch by then
        self.at = time.monotonic()
        self._act(self._pipeline)


def kill_actor(pipeline: Any) -> None:
    import ray

    ray.kill(ray.get_actor(f"distilabel-{pipeline.name}-numbers_0-0-{pipeline.run_id}"))


def left() -> list[Any]:
    """The actors that stay in the cluster: one that is killed has its name for a moment more."""
    import ray

    until = time.monotonic() + SECONDS_TO_WAIT
    while (named := ray.util.list_named_actors(all_namespaces=True)) and time.monotonic() < until:
        time.sleep(0.2)
    return list(named)


def main() -> None:
    address, raylet = sys.argv[1], int(sys.argv[2])
    from distilabel_selfinstruct import host_fixes

    host_fixes.apply()
    import ray
    import scenarios

    ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    cases: dict[str, tuple[Callable[[], Any], Callable[[Any], None] | None]] = {
        "steps": (lambda: numbers(ending="raising") >> marked(fault="raise", at=15), None),
        "load": (lambda: numbers(fault="raise in load"), None),
        "unload": (lambda: numbers(fault="raise in unload"), None),
        "no room": (lambda: numbers(resources={"gpus": 3}), None),
        "kill -9": (lambda: numbers(ending="killed"), None),
        "ray.kill": (slow, kill_actor),
        "node": (lambda: slow(resources={"resources": {"expendable": 1}}), lambda _: os.kill(raylet, signal.SIGKILL)),
    }
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
        print(f"\noutcome: {json.dumps({'name': name, **outcome})}", flush=True)


if __name__ == "__main__":
    main()
