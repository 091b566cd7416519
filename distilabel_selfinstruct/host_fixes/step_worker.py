"""What runs in a worker process: a step that fails, yields more than once or ends early still ends well.

`StepWorker` takes the place of the host's `_StepWrapper` (`pipeline/step_wrapper.py`). It is a class of this
package, so a worker process that is spawned, not forked, imports this package when it unpickles its task,
also when all of the pipeline's steps are the host's own.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, MutableMapping
from queue import Queue
from threading import Thread
from types import SimpleNamespace
from typing import Any

from distilabel.constants import LAST_BATCH_SENT_FLAG
from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
from distilabel.pipeline.batch import _Batch
from distilabel.pipeline.step_wrapper import _StepWrapper, _StepWrapperException

from distilabel_selfinstruct import host_fixes
from distilabel_selfinstruct.errors import SelfInstructError
from distilabel_selfinstruct.host_fixes.failures import StepFailure, WorkerFailedError

Rows = list[dict[str, Any]]

# The states of a worker that the main process reads when a worker dies.
LOADING, RUNNING, DONE = "loading", "running", "done"


class StepWorker(_StepWrapper):
    """Runs one replica of a step; failures travel to the main process on the batch that they belong to.

    Attributes:
        workers: what each worker process does, by process id, shared with the main process: (step, state).
    """

    def __init__(self, *args: Any, workers: MutableMapping[int, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workers = workers
        self.loaded = False

    def run(self) -> str:
        """Run the step to its end; whatever happens, the main process learns that it ended."""
        host_fixes.apply()  # a worker that was not forked starts with the host as it is
        self._note(LOADING)
        try:
            return str(super().run())
        except _StepWrapperException as error:  # the host has already told the main process
            raise _that_can_travel(error) from None
        except Exception as error:
            if self.loaded:
                self._notify_unload()
            else:
                self._notify_load_failed()
            raise WorkerFailedError(self._failure("its worker", error)) from None
        finally:
            self._note(DONE)

    def _notify_load(self) -> None:
        self.loaded = True
        self._note(RUNNING)
        super()._notify_load()

    def _note(self, state: str) -> None:
        self.workers[os.getpid()] = (str(self.step.name), state)

    def _generator_step_process_loop(self) -> None:
        """Send a batch per request. A generator that fails or just ends sends an empty last batch.

        The host (`pipeline/step_wrapper.py:147`) sends nothing in both cases, and the run hangs.
        """
        request = self.input_queue.get()
        if _says_stop(request):
            return
        step: Any = self.step
        batches = step.process_applying_mappings(offset=request.seq_no * step.batch_size)
        while not _says_stop(request):
            rows, last, failure = self._next_of(batches, request)
            request.last_batch = self.dry_run or last
            self._send(request, rows, failure, if_unsendable=[])
            if request.last_batch:
                return
            request = self.input_queue.get()

    def _next_of(self, batches: Iterator[Any], request: _Batch) -> tuple[Rows, bool, StepFailure | None]:
        try:
            rows, last = next(batches)
        except StopIteration:
            return [], True, None
        except Exception as error:
            return [], True, self._failure(f"generating batch {request.seq_no}", error)
        return list(rows), bool(last), None

    def _non_generator_process_loop(self) -> None:
        """Process batches until the last one (host: `pipeline/step_wrapper.py:198`)."""
        batches = self._batches_read_ahead() if hasattr(self.step, "begin_batch") else self._batches()
        for batch in batches:
            self.step._logger.info(f"📦 Processing batch {batch.seq_no} in '{batch.step_name}'")
            self._process(batch)

    def _batches(self) -> Iterator[_Batch]:
        while not _says_stop(batch := self.input_queue.get()):
            yield batch
            if batch.last_batch:
                return

    def _batches_read_ahead(self) -> Iterator[_Batch]:
        """The batches, of which the step is told as soon as they are here, while it still processes earlier ones.

        The host hands a step its next batch when it is done with one. A step that waits for a server would have
        nothing under way each time but the last few answers of a batch.
        """
        arrived: Queue[_Batch | None] = Queue()

        def read() -> None:
            for batch in self._batches():
                self._begin(batch)
                arrived.put(batch)
            arrived.put(None)

        Thread(target=read, name="batches", daemon=True).start()
        yield from iter(arrived.get, None)

    def _begin(self, batch: _Batch) -> None:
        if batch.data_path is not None or len(batch.data) != 1 or not batch.data[0]:
            return
        step: Any = self.step
        try:
            (rows,), _ = step._apply_input_mappings((batch.data[0],))
            step.begin_batch(rows)
        except Exception as error:  # `process` will meet it again, where failures are reported
            step._logger.debug(f"batch {batch.seq_no} could not be begun early: {error}")

    def _process(self, batch: _Batch) -> None:
        """Process a batch. If that fails, its rows go on with None in the step's outputs, global step or not.

        The host does so for a plain step with a warning only, and drops everything when a global step fails.
        """
        failure = None
        try:
            if batch.data_path is not None:
                batch.read_batch_data_from_fs()
            rows = self._all_yields(batch.data)
        except DistilabelOfflineBatchGenerationNotFinishedException as error:
            # Not a failure: the host stops the run, to be resumed when the provider has the answers.
            self.step.unload()
            self._notify_unload()
            raise _StepWrapperException(str(error), self.step, 2, error, batch.data) from error
        except Exception as error:
            failure = self._failure(f"batch {batch.seq_no}", error)
            rows = self._imputed(batch)
        self._send(batch, rows, failure, if_unsendable=self._imputed(batch))

    def _all_yields(self, data: list[Rows]) -> Rows:
        """The rows of all yields of `process` (the host takes the first, `pipeline/step_wrapper.py:243`)."""
        if not any(data):  # an empty last batch says "there are no more rows" and holds nothing to process
            return []
        step: Any = self.step
        return [row for rows in step.process_applying_mappings(*data) for row in rows]

    def _imputed(self, batch: _Batch) -> Rows:
        return list(self._impute_step_outputs(batch)) if batch.data else []

    def _send(self, batch: Any, rows: Rows, failure: StepFailure | None, if_unsendable: Rows) -> None:
        """Answer the main process, with other rows if these cannot be pickled or written to a file."""
        batch.failure = failure
        try:
            batch.set_data([rows])
            self._send_batch(batch)
        except Exception as error:
            batch.failure = self._failure(f"sending batch {batch.seq_no}", error)
            batch.data_path = None
            batch.set_data([if_unsendable])
            self._send_batch(batch)

    def _failure(self, doing: str, error: Exception) -> StepFailure:
        failure = StepFailure.from_exception(str(self.step.name), doing, error)
        # An error of ours says all in its sentence.
        trace = "" if isinstance(error, SelfInstructError) else f"\n{failure.traceback}"
        self.step._logger.error(f"❌ {failure}{trace}")
        return failure


def _says_stop(message: Any) -> bool:
    return message is None or bool(message == LAST_BATCH_SENT_FLAG)


def _that_can_travel(error: _StepWrapperException) -> _StepWrapperException:
    """The same error without what the main process may be unable to unpickle, which would break its pool."""
    if not error.is_load_error:
        return error  # offline batch generation: the main process needs the step itself
    cause = error.subprocess_exception
    try:
        pickle.loads(pickle.dumps(cause))
    except Exception:
        cause = RuntimeError(f"{type(cause).__name__}: {cause}").with_traceback(cause.__traceback__)
    step: Any = SimpleNamespace(name=error.step.name)  # the host asks for its name only
    return _StepWrapperException(str(error.message), step, error.code, cause)
