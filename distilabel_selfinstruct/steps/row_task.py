"""What the two tasks that ask about each row share: one request per row, one row back for each row in."""

from abc import abstractmethod
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from distilabel.models.llms.base import AsyncLLM
from distilabel.steps import StepInput
from distilabel.steps.tasks.base import Task
from pydantic import PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.records import Completion, Rejection, Request, RequestStatus
from distilabel_selfinstruct.steps.prompted_task import PromptedTask

if TYPE_CHECKING:
    from distilabel.typing import StepOutput

    from distilabel_selfinstruct.host_fixes.contracts import BeginsBatches


BATCHES_AHEAD = 16
"""Waiting requests, in multiples of `max_in_flight`, beyond which no batch is begun early."""

MOST_AHEAD = 1024
"""The same where the number in flight is found as the run goes."""


class RowTask(PromptedTask, Task):
    """Base of a task with a request per row. A row without an instruction is passed on with `_unasked` values."""

    _begun: deque[tuple[int, list[int]]] = PrivateAttr(default_factory=deque)

    @property
    def inputs(self) -> Any:
        """The instruction."""
        return ["instruction"]

    @override
    def format_input(self, input: dict[str, Any]) -> Any:
        """The prompt for a row."""
        return self._request(input, 0).prompt

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Yield the rows with their answers, in order."""
        first, asked = self._begun.popleft() if self._begun else self._submit(inputs, self._number_rows(len(inputs)))
        answers = {index: self.client.wait() for index in asked}
        yield [
            self._answered(row, *answers[index]) if index in answers else self._passed_on(row, first + index)
            for index, row in enumerate(inputs)
        ]

    @property
    def rows_ahead(self) -> int:
        """How many requests wait, at most, when a batch is begun early; 0 where none is."""
        if not isinstance(self.llm, AsyncLLM) or self.batch:
            return 0
        return MOST_AHEAD if self.max_in_flight == "auto" else BATCHES_AHEAD * self.max_in_flight

    def begin_batch(self, inputs: StepInput, first_row: int) -> None:
        """Send the requests of a batch that `process` will get later, in the same order of batches.

        Called by the worker while `process` still waits for earlier batches, so that the model is kept busy. Waits
        while too many requests wait. Does nothing for an LLM in this process, which works on whole batches, nor where
        requests are sent as the batches of a server.
        """
        if self.rows_ahead:
            self.client.wait_for_room(self.rows_ahead)
            self._begun.append(self._submit(inputs, first_row))

    def _submit(self, inputs: StepInput, first_row: int) -> tuple[int, list[int]]:
        """Ask about each row that can be asked about, under its number. Returns the first, and the indices."""
        asked = [index for index, row in enumerate(inputs) if self._can_be_asked(row)]
        for request in [self._request(inputs[index], first_row + index) for index in asked]:
            self.client.submit(request)
        return first_row, asked

    def _can_be_asked(self, row: dict[str, Any]) -> bool:
        """Whether a row has what its request needs."""
        return isinstance(row.get("instruction"), str)

    def _passed_on(self, row: dict[str, Any], number: int) -> dict[str, Any]:
        """A row that is not asked about, which counts as such if it has an instruction."""
        values = self._unasked()
        if isinstance(row.get("instruction"), str):
            result = {"instruction": row["instruction"], **values, "status": RequestStatus.NOT_SENT.value}
            self._journal.record_results([{**result, "request": number}])
        return {**row, **values}

    @abstractmethod
    def _request(self, row: dict[str, Any], number: int) -> Request:
        """The request for a row."""

    @abstractmethod
    def _read(self, request: Request, completion: Completion) -> tuple[dict[str, Any], Iterable[Rejection]]:
        """The values for the row's new columns, and what was wrong with the completion."""

    @abstractmethod
    def _unasked(self) -> dict[str, Any]:
        """The values for a row that an earlier step could not fill."""

    def _answered(self, row: dict[str, Any], request: Request, completion: Completion) -> dict[str, Any]:
        if completion.status is RequestStatus.NOT_SENT:  # it will be asked when the run is resumed
            self._record_result(request, completion, self._unasked())
            return {**row, **self._unasked()}
        values, rejected = self._read(request, completion)
        self._journal.record_rejections(
            rejected, stage=request.stage.value, request=request.number, instruction=request.instruction
        )
        self._record_result(request, completion, values)
        output = self._create_metadata(
            values,
            completion.text,
            row,
            add_raw_output=bool(self.add_raw_output),
            add_raw_input=bool(self.add_raw_input),
        )
        return {**row, **output, "model_name": completion.model}

    def _record_result(self, request: Request, completion: Completion, values: dict[str, Any]) -> None:
        result = {"instruction": request.instruction, **values, "status": completion.status.value}
        self._journal.record_results([{**result, "request": request.number}])


if TYPE_CHECKING:
    # mypy checks here what the class cannot inherit.
    def _begins_batches(task: RowTask) -> BeginsBatches:
        return task
