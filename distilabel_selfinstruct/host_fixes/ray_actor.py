"""What runs in an actor of Ray: one replica of a step, as in a worker process of this machine."""

from __future__ import annotations

import os
import pickle
import re
from dataclasses import dataclass
from typing import Any

_PASSED_ON = re.compile(
    r"(?!RAY_)(DISTILABEL_\w+|OPENAI_\w+|ARGILLA_\w+|\w+_API_KEY|HF_TOKEN|SSL_CERT_FILE|(?i:\w+_proxy))\Z"
)


@dataclass(frozen=True)
class Assignment:
    """What an actor needs to know of its run.

    Attributes:
        step: the step, pickled by Ray: it may be of a class that only the main program has.
        replica: which of the step's replicas this is, counted from 0.
        dry_run: whether the first batch is the last.
        pipeline_name: the name of the pipeline, for the host's variables.
        cache_id: the host's signature of the pipeline, for the same.
        environment: variables of the main process that steps read, such as keys. They are set before the step is
            unpickled.
    """

    step: bytes
    replica: int
    dry_run: bool
    pipeline_name: str
    cache_id: str
    environment: dict[str, str]


def passed_on(environment: dict[str, str]) -> dict[str, str]:
    """Those variables of the main process that an actor gets, as worker processes inherit all: keys and proxies."""
    return {name: value for name, value in environment.items() if _PASSED_ON.match(name)}


class StepActor:
    """Runs one replica of a step.

    Args:
        assignment: what to run.
        queues: the queues of the step's input, of the outputs, of the load status, and of the log.
    """

    def __init__(self, assignment: Assignment, *queues: Any) -> None:
        self._assignment = assignment
        self._queues = queues

    def run(self) -> str:
        """Run the step to its end. Returns its name.

        Raises:
            WorkerFailedError: it failed outside of any batch.
        """
        os.environ.update(self._assignment.environment)
        from distilabel_selfinstruct import host_fixes

        host_fixes.apply()
        from distilabel.pipeline.base import set_pipeline_running_env_variables
        from distilabel.utils.logging import setup_logging

        from distilabel_selfinstruct.host_fixes.step_worker import StepWorker

        given = self._assignment
        input_queue, output_queue, load_queue, log_queue = self._queues
        setup_logging(log_queue=log_queue)
        set_pipeline_running_env_variables(given.pipeline_name, given.cache_id)
        worker = StepWorker(
            step=pickle.loads(given.step),
            replica=given.replica,
            input_queue=input_queue,
            output_queue=output_queue,
            load_queue=load_queue,
            dry_run=given.dry_run,
            ray_pipeline=True,
            workers={},
        )
        return worker.run()
