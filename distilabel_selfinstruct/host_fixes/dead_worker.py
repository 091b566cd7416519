"""A worker process that dies (out of memory, `os._exit`, a crash in C code) ends the run with an error.

The host (`pipeline/local.py:236,264`) waits for the dead worker's answer forever: `multiprocessing.Pool`
replaces the process and forgets its task.
"""

from __future__ import annotations

import contextlib
import enum
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.batch_counts import answered_everything
from distilabel_selfinstruct.host_fixes.failures import StepFailure, fail_loading, record, stop_once
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "dead worker",
        "pipeline/local.py:286",
        "a worker process that dies: hangs; with the fix, finished rows are kept and the run raises",
        "tests/host_fixes/test_failing_steps.py::test_dead_worker_of_a_step_ends_the_run_and_keeps_finished_rows",
    ),
    HostFix(
        "dead worker while loading",
        "pipeline/base.py:1364",
        "a worker process that dies while its step is loaded: hangs; with the fix, an error",
        "tests/host_fixes/test_failing_steps.py::test_worker_that_dies_while_loading_ends_the_run",
    ),
)

_SECONDS_BETWEEN_LOOKS = 0.01
_SECONDS_TO_RETURN = 5.0
"""How long workers that have sent their last message may take to return."""

_SECONDS_BETWEEN_CHECKS = 0.5
_SECONDS_TO_END_THE_POOL = 3.0


class WorkerState(enum.Enum):
    """What a worker does, for the main process to read when the worker dies."""

    LOADING = "loading"
    RUNNING = "running"
    DONE = "done"


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.local import Pipeline

    wrap(Pipeline, "_run_load_queue_loop_in_thread", run_load_queue_loop_in_thread)
    wrap(Pipeline, "_teardown", teardown)


def note(worker: Any, state: WorkerState) -> None:
    """Tell the main process what this worker does."""
    worker.workers[os.getpid()] = (str(worker.step.name), state)


def run_load_queue_loop_in_thread(host_run_loop: Callable[..., threading.Thread], pipeline: Any) -> threading.Thread:
    """Start the watch where the host starts its own threads: the pool exists, no step runs yet."""
    pipeline.worker_watch = WorkerWatch(pipeline)
    pipeline.worker_watch.start()
    return host_run_loop(pipeline)


def teardown(host_teardown: Callable[..., None], pipeline: Any) -> None:
    """Stop watching before the host ends the workers itself."""
    watch: WorkerWatch = pipeline.worker_watch
    watch.stopped.set()
    watch.join()
    if watch.deaths:
        _end_pool(pipeline)
    elif not (pipeline.failures or pipeline._stop_called):
        _hear_all(pipeline)
    host_teardown(pipeline)


def _hear_all(pipeline: Any) -> None:
    """Wait for what the workers of a run that went well say in the end: one may have failed to unload its step."""
    until = time.monotonic() + _SECONDS_TO_RETURN
    while pipeline._pool._cache and time.monotonic() < until:
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _end_pool(pipeline: Any) -> None:
    """End a pool that lost a process, which may have died holding a lock that ending the pool needs."""
    pipeline._log_queue.cancel_join_thread()  # it may have died while writing to the log
    ending = threading.Thread(target=pipeline._pool.terminate, daemon=True)
    ending.start()
    ending.join(_SECONDS_TO_END_THE_POOL)
    if ending.is_alive():
        with contextlib.suppress(ValueError):  # nobody holds it: the pool only takes long
            pipeline._pool._inqueue._rlock.release()
        ending.join(_SECONDS_TO_END_THE_POOL)


class WorkerWatch(threading.Thread):
    """Checks twice a second whether every worker process still lives.

    Attributes:
        workers: what each worker does, by process id, written by the workers: (step, state).
        deaths: how many workers have died.
    """

    def __init__(self, pipeline: Any) -> None:
        super().__init__(name="distilabel-worker-watch", daemon=True)
        self.pipeline = pipeline
        self.workers = pipeline._manager.dict()
        self.deaths = 0
        self.stopped = threading.Event()
        # The pool drops a dead process and starts another; the objects kept here still know the exit code.
        self._processes: dict[int, Any] = {}
        self._remember_processes()

    def run(self) -> None:
        """Check until stopped, or until the manager process, which holds the queues, is gone."""
        with contextlib.suppress(OSError, EOFError):
            while not self.stopped.wait(_SECONDS_BETWEEN_CHECKS):
                self._check()

    def _remember_processes(self) -> None:
        self._processes.update({process.pid: process for process in list(self.pipeline._pool._pool)})

    def _check(self) -> None:
        self._remember_processes()
        for pid, process in list(self._processes.items()):
            if process.exitcode is not None:
                del self._processes[pid]
                self.deaths += 1
                self._report(pid, process.exitcode)

    def _report(self, pid: int, exit_code: int) -> None:
        step_name, state = self.workers.get(pid, ("", WorkerState.DONE))
        died = f"the process died (exit code {exit_code}; -9 is often lack of memory)"
        if state is WorkerState.DONE:
            self._report_idle(StepFailure("(none)", "a worker waiting for a step to run", died))
        elif state is WorkerState.LOADING:
            report_loading(self.pipeline, StepFailure(step_name, "loading in its worker", died))
        else:
            report_running(self.pipeline, StepFailure(step_name, "running in its worker", died))

    def _report_idle(self, failure: StepFailure) -> None:
        """A process without a step died. It matters only while steps are still to be started in the pool."""
        from distilabel.pipeline.base import _STEP_NOT_LOADED_CODE

        with self.pipeline._steps_load_status_lock:
            statuses = dict(self.pipeline._steps_load_status)
        waiting = [name for name, status in statuses.items() if status == _STEP_NOT_LOADED_CODE]
        if not waiting:
            return
        _record(self.pipeline, failure)
        for name in waiting:
            fail_loading(self.pipeline, name)
        stop_once(self.pipeline)


def report_loading(pipeline: Any, failure: StepFailure) -> None:
    """Report that a worker died while it loaded its step."""
    _record(pipeline, failure)
    pipeline._load_queue.put({"name": failure.step, "status": "load_failed"})


def report_running(pipeline: Any, failure: StepFailure) -> None:
    """Report that a worker died whose step was loaded: the run stops, unless the step had done all of its work."""
    pipeline._load_queue.put({"name": failure.step, "status": "unloaded"})
    if answered_everything(pipeline, failure.step):
        pipeline._logger.warning(f"⚠️ {failure}, after its last batch: no row is lost.")
        return
    _record(pipeline, failure)
    # If it died while waiting for a batch, the queue will hand that waiting request the next message, which must not
    # be the one that tells another replica to stop.
    pipeline._steps_input_queues[failure.step].put(None)
    stop_once(pipeline)


def _record(pipeline: Any, failure: StepFailure) -> None:
    pipeline._logger.error(f"❌ {failure}")
    record(pipeline, failure)
