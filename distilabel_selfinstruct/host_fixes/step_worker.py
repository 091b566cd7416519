"""What runs in a worker process: the host's loop around a step, with the fixes for it.

`StepWorker` takes over from the host's `_StepWrapper` (`pipeline/step_wrapper.py`). It is a class of this package, so a
worker process that is spawned, not forked, imports this package when it unpickles its task, also when all of the
pipeline's steps are the host's own.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, MutableMapping
from typing import Any

from distilabel_selfinstruct import host_fixes
from distilabel_selfinstruct.host_fixes import (
    dead_worker,
    exception_in_load,
    exception_in_step,
    exception_in_unload,
    generator_without_last_batch,
    idle_replicas,
    waiting_steps,
)
from distilabel_selfinstruct.host_fixes.contracts import WorksInReplicas
from distilabel_selfinstruct.host_fixes.dead_worker import WorkerState
from distilabel_selfinstruct.host_fixes.exception_in_load import LoadFailedError
from distilabel_selfinstruct.host_fixes.host_fix import replace
from distilabel_selfinstruct.host_fixes.quiet_import import silence

silence()  # a spawned worker imports the host here

from distilabel.pipeline.local import Pipeline
from distilabel.pipeline.step_wrapper import _StepWrapper


def apply() -> None:
    """Replace the host's method; called once."""
    replace(Pipeline, "_run_step", run_step)


def run_step(pipeline: Any, step: Any, input_queue: Any, replica: int) -> None:
    """Run a replica of a step in the pool as a `StepWorker` (host: `pipeline/local.py:264`)."""
    worker = StepWorker(
        step=step,
        replica=replica,
        input_queue=input_queue,
        output_queue=pipeline._output_queue,
        load_queue=pipeline._load_queue,
        dry_run=pipeline._dry_run,
        ray_pipeline=False,
        workers=pipeline.worker_watch.workers,
    )
    on_error = functools.partial(pipeline._error_callback, step_name=step.name)
    pipeline._pool.apply_async(worker.run, error_callback=on_error)


class StepWorker(_StepWrapper):
    """Runs one replica of a step; failures travel to the main process on the batch that they belong to.

    Attributes:
        workers: what each worker process does, by process id, shared with the main process.
        loaded: whether the step is loaded.
    """

    def __init__(self, *args: Any, workers: MutableMapping[int, tuple[str, WorkerState]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workers = workers
        self.loaded = False

    def run(self) -> str:
        """Run the step to its end. Returns its name."""
        host_fixes.apply()  # a worker that was not forked starts with the host as it is
        dead_worker.note(self, WorkerState.LOADING)
        try:
            return exception_in_unload.run(self._run, self)
        except LoadFailedError:
            return str(self.step.name)
        finally:
            dead_worker.note(self, WorkerState.DONE)

    def _run(self) -> str:
        """Load the step, answer what arrives, unload it (host: `pipeline/step_wrapper.py:91`)."""
        if isinstance(self.step, WorksInReplicas):
            self.step.use_replica(self.replica)
        exception_in_load.load(self)
        self._notify_load()
        if self.step.is_generator:
            self._generator_step_process_loop()
        else:
            self._non_generator_process_loop()
        self.step.unload()
        self._notify_unload()
        self.step._logger.info(f"🏁 Finished running step '{self.step.name}' (replica {self.replica})")
        return str(self.step.name)

    def notify(self, status: str, **more: Any) -> None:
        """Tell the main process how this replica is: `loaded`, `unloaded` or `load_failed`."""
        load_queue: Any = self.load_queue
        load_queue.put({"name": self.step.name, "replica": self.replica, "status": status, **more})

    def _notify_load(self) -> None:
        self.loaded = True
        dead_worker.note(self, WorkerState.RUNNING)
        self.notify("loaded")

    def _notify_unload(self) -> None:
        self.notify("unloaded")

    def _notify_load_failed(self) -> None:
        self.notify("load_failed")

    def _generator_step_process_loop(self) -> None:
        generator_without_last_batch.answer_requests(self)

    def _non_generator_process_loop(self) -> None:
        for batch in waiting_steps.begin_early(self.step, self._batches()):
            self.step._logger.info(f"📦 Processing batch {batch.seq_no} in '{batch.step_name}'")
            exception_in_step.process(self, batch)

    def _batches(self) -> Iterator[Any]:
        """The batches until the last one (host: `pipeline/step_wrapper.py:198`)."""
        while not idle_replicas.is_told_to_stop(batch := self.input_queue.get()):
            yield batch
            if batch.last_batch:
                return
