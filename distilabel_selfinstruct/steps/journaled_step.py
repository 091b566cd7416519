"""What every step of this package shares: a journal of what it received and dropped, and the numbers of its rows."""

from typing import TYPE_CHECKING, Annotated, TypeVar

from distilabel.mixins.runtime_parameters import _RUNTIME_PARAMETER_ANNOTATION
from distilabel.steps.base import _Step
from pydantic import Field, PrivateAttr

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.files.locks import PATIENCE
from distilabel_selfinstruct.host_fixes.orphans import die_with_parent
from distilabel_selfinstruct.journal.shared_folder import SECONDS_TO_BE_FREE, SharedFolder
from distilabel_selfinstruct.journal.step_journal import StepJournal

if TYPE_CHECKING:
    from distilabel_selfinstruct.host_fixes.contracts import WorksInReplicas

_Value = TypeVar("_Value")

RuntimeParameter = Annotated[_Value, _RUNTIME_PARAMETER_ANNOTATION]
"""Marks a field that `Pipeline.run(parameters=…)` can set. The host's own alias also lets None in."""


class JournaledStep(CheckedOptions, _Step):
    """Base of the steps: opens the journal when the step is loaded, closes it and says what was dropped at the end."""

    state_dir: RuntimeParameter[str] = Field(
        default="",
        description="Folder for the journal of completions and rejections. Empty: none is written.",
    )

    _journal: StepJournal = PrivateAttr(default_factory=lambda: StepJournal("", ""))

    _replica: int = PrivateAttr(default=0)
    _next_row: int = PrivateAttr(default=0)
    _shared: SharedFolder | None = PrivateAttr(default=None)

    def use_replica(self, number: int) -> None:
        """Have the step, which is not loaded yet, work as one of several: it gets a journal of its own."""
        self._replica = number

    def number_rows_from(self, first: int) -> None:
        """Say which row the next one is. Without this, rows are counted."""
        self._next_row = first

    def expect_shared(self, folder: SharedFolder) -> None:
        """Have the step, which is loaded on another machine, check first that it sees the folder of the run."""
        self._shared = folder

    def _number_rows(self, count: int) -> int:
        """The number of the next row; those of the rows after it follow."""
        first, self._next_row = self._next_row, self._next_row + count
        return first

    def load(self) -> None:
        """Open the journal."""
        super().load()
        die_with_parent()
        if self._shared is not None:
            self._shared.check()
        self._journal = StepJournal(
            self.state_dir,
            self.name or type(self).__name__,
            replica=self._replica,
            max_requests=self._request_budget(),
            patience=PATIENCE if self._shared is None else SECONDS_TO_BE_FREE,
        )

    def _request_budget(self) -> int | None:
        return None

    def unload(self) -> None:
        """Say what was dropped and close the journal."""
        if self._journal.summary:
            self._logger.info(f"{self.name} dropped: {self._journal.summary}")
        self._journal.close()
        super().unload()


if TYPE_CHECKING:
    # mypy checks here what the class cannot inherit.
    def _works_in_replicas(step: JournaledStep) -> WorksInReplicas:
        return step
