"""What a step can promise, for the host to make better use of it.

A step has the methods of a contract; it cannot inherit from it, because the host's steps are pydantic models, whose
metaclass is another one.
"""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class RunsAhead(Protocol):
    """A generator that may make its next batch while the steps after it still work on earlier ones."""

    @property
    def runs_ahead(self) -> bool:
        """Whether it does."""


@runtime_checkable
class BeginsBatches(Protocol):
    """A step that starts to work on a batch before `process` gets it."""

    @property
    def rows_ahead(self) -> int:
        """On how many rows it works at a time, at most: more are no gain until some are done."""

    def begin_batch(self, inputs: list[dict[str, Any]], first_row: int) -> None:
        """Start to work on a batch.

        Called in another thread than `process`, in the order of the batches, with the rows that `process` gets later.

        Args:
            inputs: the rows of the batch, after the input mappings.
            first_row: the number of the first of them among all rows of the step, counted from 0.
        """


@runtime_checkable
class WorksInReplicas(Protocol):
    """A step that keeps something for each of its replicas, or numbers its rows."""

    def use_replica(self, number: int) -> None:
        """Take the number of this replica, counted from 0. Called once, before `load`."""

    def number_rows_from(self, first: int) -> None:
        """Take the number of the row that `process` gets first, among all rows of the step. Called before it."""
