"""Which batches each step has still to answer.

Every batch sent to a step is answered by one batch, so it is enough to count: no clock, no false alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import wrap


class SentBatches:
    """The numbers of the batches that were sent to one step. To look at them takes no longer as they become more."""

    def __init__(self) -> None:
        self._answered: set[int] = set()
        self._open: set[int] = set()
        self._num_seen = 0

    def add(self, number: int) -> None:
        """A batch is sent."""
        if number not in self._answered:
            self._open.add(number)

    def unanswered(self, received: Sequence[int]) -> set[int]:
        """Those that are not among the numbers received so far, a list that only grows."""
        new = received[self._num_seen :]
        self._num_seen = len(received)
        self._answered.update(new)
        self._open.difference_update(new)
        return self._open


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.base import BasePipeline

    wrap(BasePipeline, "_create_steps_input_queues", create_steps_input_queues)
    wrap(BasePipeline, "_send_batch_to_step", send_batch_to_step)


def create_steps_input_queues(host_create: Callable[..., None], pipeline: Any) -> None:
    """Start counting where the host starts the run."""
    pipeline.sent_batches = {name: SentBatches() for name in pipeline.dag}
    host_create(pipeline)


def send_batch_to_step(host_send: Callable[..., None], pipeline: Any, batch: Any) -> None:
    """Count a batch, or a request to a generator, that a step has to answer."""
    pipeline.sent_batches[batch.step_name].add(batch.seq_no)
    host_send(pipeline, batch)


def unanswered_batches(pipeline: Any, step_name: str) -> set[int]:
    """The numbers of the batches that the step has still to answer."""
    from distilabel.constants import STEP_ATTR_NAME

    manager = pipeline._batch_manager
    step = pipeline.dag.get_step(step_name)[STEP_ATTR_NAME]
    if step.is_generator and manager.step_has_finished(step_name):
        return set()  # requests after its last batch are never answered
    return pipeline.sent_batches[step_name].unanswered(manager._received_batch_seq_nos[step_name])  # type: ignore[no-any-return]


def answered_everything(pipeline: Any, step_name: str) -> bool:
    """Whether the step has sent its last batch and owes no other."""
    return bool(pipeline._batch_manager.step_has_finished(step_name)) and not unanswered_batches(pipeline, step_name)


def another_batch_will_come(pipeline: Any) -> bool:
    """Whether the thread that moves the batches will get another one, or the message that tells it to stop."""
    if any(pipeline._is_step_running(name) and unanswered_batches(pipeline, name) for name in pipeline.dag):
        return True
    return not pipeline._output_queue.empty()
