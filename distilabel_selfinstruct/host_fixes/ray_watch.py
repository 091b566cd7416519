"""An actor that dies (`ray.kill`, `kill -9`, a lost node) ends the run with an error that names its step.

The host (`pipeline/ray.py:312`) drops what `run` of an actor returns, and waits for the actor's answers for ever.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from distilabel_selfinstruct.host_fixes.dead_worker import report_loading, report_running
from distilabel_selfinstruct.host_fixes.failures import StepFailure, WorkerFailedError, record, stop_once
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "dead actor",
        "pipeline/ray.py:312",
        "an actor that dies: hangs; with the fix, an error",
        "tests/running/test_ray.py::test_an_actor_that_dies_is_an_error_that_names_its_step",
    ),
    HostFix(
        "lost node",
        "pipeline/ray.py:312",
        "a node that is lost with an actor: hangs; with the fix, an error",
        "tests/running/test_ray.py::test_a_node_that_is_lost_is_an_error_that_names_the_step",
    ),
)

_SECONDS_BETWEEN_CHECKS = 0.5
_SECONDS_TO_START = 600.0
"""How long an actor may wait for resources that others hold, or for a node that is being added."""

_SECONDS_TO_END = 5.0
"""How long actors that have sent their last message may take to return."""

_DEATH = re.compile(r"The actor (?:is dead|died) because (?!of an error)(.+?\.)(?:\s|\Z)", re.DOTALL)
_ADDRESS = re.compile(r"^\s*ip: (\S+)", re.MULTILINE)

_LONGEST = 300
"""Characters of what Ray says of an error."""


@dataclass(frozen=True)
class Replica:
    """A replica of a step, and the actor in which it runs."""

    step: str
    number: int
    actor: Any
    asked_at: float = field(default_factory=time.monotonic)


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.ray import RayPipeline

    wrap(RayPipeline, "_run_load_queue_loop_in_thread", run_load_queue_loop_in_thread)
    wrap(RayPipeline, "_teardown", teardown)


def run_load_queue_loop_in_thread(host_run_loop: Callable[..., Any], pipeline: Any) -> Any:
    """Start the watch where the host starts its own threads: the queues exist, no step runs yet."""
    pipeline.actor_watch = ActorWatch(pipeline)
    pipeline.actor_watch.start()
    return host_run_loop(pipeline)


def teardown(host_teardown: Callable[..., None], pipeline: Any) -> None:
    """Stop watching before the host ends the run, with a last look at what became of actors that just ended.

    If the queues are gone, the host cannot end its thread: the log says so, and the error of the run is what was lost.

    Raises:
        Exception: what the host raises for another reason, as when the last rows cannot be written.
    """
    pipeline.actor_watch.stop()
    if not pipeline.failures:
        pipeline.actor_watch.look_last()
    try:
        host_teardown(pipeline)
    except Exception as error:
        from ray.exceptions import RayError

        if not isinstance(error, RayError | ConnectionError):
            raise
        pipeline._logger.warning(f"The queues of the run were gone when it ended: {in_words(error)}.")


class ActorWatch(threading.Thread):
    """Looks twice a second at what became of the actors.

    Attributes:
        actors: all of them.
    """

    def __init__(self, pipeline: Any) -> None:
        super().__init__(name="distilabel-actor-watch", daemon=True)
        self.actors: list[Any] = []
        self._pipeline = pipeline
        self._stopped = threading.Event()
        self._running: dict[Any, Replica] = {}
        self._starting: dict[Any, Replica] = {}
        self._ended: list[tuple[Replica, BaseException]] = []
        self._lock = threading.Lock()

    def watch(self, replica: Replica, result: Any) -> None:
        """Watch an actor; `result` is the reference to what its `run` returns."""
        with self._lock:
            self.actors.append(replica.actor)
            self._running[result] = replica
            self._starting[replica.actor.__ray_ready__.remote()] = replica

    def refuse(self, step: str, fault: str) -> None:
        """Say that a replica of a step cannot be started."""
        report_loading(self._pipeline, StepFailure(step, "starting on Ray", fault))

    def stop(self) -> None:
        """Watch no more. What ends from now on is ended by us."""
        self._stopped.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join()

    def look_last(self) -> None:
        """Hear what the replicas of a run that went well say in the end: one may have failed to unload its step."""
        import ray

        with contextlib.suppress(Exception):  # the cluster is gone; the run is not
            if self._running:
                ray.wait(list(self._running), num_returns=len(self._running), timeout=_SECONDS_TO_END)
            self._check()
            self._check()  # what ended is judged in the next look

    def run(self) -> None:
        """Look until stopped."""
        try:
            while not self._stopped.wait(_SECONDS_BETWEEN_CHECKS):
                self._check()
        except Exception as error:  # the connection to the cluster is gone, and unwatched the run might never end
            record(self._pipeline, StepFailure.from_exception("(pipeline)", "watching its actors", error))
            with contextlib.suppress(Exception):
                stop_once(self._pipeline)

    def _check(self) -> None:
        # What an actor said before it ended arrives by a queue: it is read by now.
        ended, self._ended = self._ended, []
        for replica, error in ended:
            self._report(replica, error)
        with self._lock:
            running = dict(self._running)
            starting = dict(self._starting)
        for result in _done(running):
            replica = running[result]
            with self._lock:
                del self._running[result]
            if (why := _error_of(result)) is not None:
                self._ended.append((replica, why))
        for ready in _done(starting):
            with self._lock:
                del self._starting[ready]
        self._check_patience(set(starting.values()) & set(running.values()))

    def _check_patience(self, starting: set[Replica]) -> None:
        late = [replica for replica in starting if time.monotonic() - replica.asked_at > _SECONDS_TO_START]
        for replica in late:
            with self._lock:
                self._starting = {ready: one for ready, one in self._starting.items() if one != replica}
            said = f"no node had room for it for {_SECONDS_TO_START / 60:g} minutes: free resources, or ask for fewer"
            self.refuse(replica.step, said)

    def _report(self, replica: Replica, error: BaseException) -> None:
        status = self._pipeline.replica_statuses.get((replica.step, replica.number))
        failure = failure_of(replica.step, error, is_loaded=status is not None)
        if status is None:
            report_loading(self._pipeline, failure)
        elif status == "loaded":
            report_running(self._pipeline, failure)
        elif isinstance(_cause_of(error), WorkerFailedError):  # the replica has ended, and says why
            record(self._pipeline, failure)


def _done(references: dict[Any, Replica]) -> list[Any]:
    import ray

    if not references:
        return []
    done, _ = ray.wait(list(references), num_returns=len(references), timeout=0, fetch_local=False)
    return list(done)


def _error_of(result: Any) -> BaseException | None:
    import ray

    try:
        ray.get(result, timeout=_SECONDS_BETWEEN_CHECKS)
    except Exception as error:
        return error
    return None


def _cause_of(error: BaseException) -> BaseException:
    """The exception of the actor itself, out of the one that Ray makes of it."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, BaseException) else error


def failure_of(step: str, error: BaseException, *, is_loaded: bool) -> StepFailure:
    """What went wrong with a replica, in one sentence."""
    cause = _cause_of(error)
    if isinstance(cause, WorkerFailedError):
        return cause.failure
    doing = "running in its actor" if is_loaded else "loading in its actor"
    return StepFailure(step, doing, in_words(cause), str(error))


def in_words(error: BaseException) -> str:
    """An error of an actor, or of Ray about an actor that died: it says the reason amid much else."""
    said = str(error)
    if death := _DEATH.search(said):
        where = f" on {address[1]}" if (address := _ADDRESS.search(said)) else ""
        return f"the actor died{where}: {' '.join(death[1].split()).rstrip('.'):.{_LONGEST}}"
    lines = [line.strip() for line in said.splitlines() if line.strip()] or [""]
    # A traceback ends with what went wrong.
    shown = lines[-1] if "Traceback" in said else lines[0]
    return f"{type(error).__name__}: {shown.rstrip('.'):.{_LONGEST}}"
