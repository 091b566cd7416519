"""What went wrong during a pipeline run, and the one error that says so when the run has ended."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import PipelineError

# More than this would bury the first failure, which is usually the cause of the others.
_FAILURES_SHOWN = 5


@dataclass(frozen=True)
class StepFailure:
    """One thing that failed in a run: the step's name, what it was doing, the error in one line."""

    step: str
    doing: str
    error: str
    traceback: str = ""

    @classmethod
    def from_exception(cls, step: str, doing: str, error: BaseException) -> StepFailure:
        """Describe `error` as text only: exceptions of third parties often cannot be unpickled."""
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        return cls(step=step, doing=doing, error=f"{type(error).__name__}: {error}", traceback="".join(lines))

    def __str__(self) -> str:
        return f"step '{self.step}', {self.doing}: {self.error}"


class WorkerFailedError(Exception):
    """A worker's task ended with this failure outside of any batch; it travels from the worker to `run`."""

    def __init__(self, failure: StepFailure) -> None:
        super().__init__(failure)
        self.failure = failure


class PipelineFailedError(PipelineError):
    """`Pipeline.run` ended and some of its work failed.

    Raised after the rows that could be made were written to disk, so nothing is lost: they are in
    `distiset` (`None` if it could not be built) and in the parquet files under `data_dir`. Rows of a batch
    that failed in a `Step` or `GlobalStep` are there too, with None in that step's output columns.
    """

    def __init__(self, pipeline: str, failures: list[StepFailure], distiset: Any, data_dir: Path) -> None:
        self.failures = tuple(failures)
        self.distiset = distiset
        self.data_dir = data_dir
        shown = "; ".join(str(failure) for failure in failures[:_FAILURES_SHOWN])
        more = f"; and {len(failures) - _FAILURES_SHOWN} more" if len(failures) > _FAILURES_SHOWN else ""
        super().__init__(
            f"The pipeline {pipeline!r} ended with {len(failures)} failure(s): {shown}{more}. Rows that were"
            f" made are in the error's `distiset` and in {data_dir}, those of a failed batch with None in the"
            " outputs of the step."
        )
