"""A model that replays completions recorded earlier: no key, no network, no download."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilabel.models.llms.base import LLM
from pydantic import PrivateAttr

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.config.providers import recording_files
from distilabel_selfinstruct.errors import InputFileError, RecordingError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.prompts import collapse_whitespace
from distilabel_selfinstruct.records import AnyStage, Completion, LaterStage, Request, RequestStatus, Stage
from distilabel_selfinstruct.task_types import read_task_type

if TYPE_CHECKING:
    from distilabel.typing import FormattedInput, GenerateOutput

_Key = tuple[AnyStage, str, bool | None]


class RecordedLLM(CheckedOptions, LLM):
    """Answers the tasks of this package from a recording.

    Instruction generation gets the completions recorded for its requests by number; the other stages get the one
    recorded for the instruction asked about. A recording is JSON Lines with `stage`, `text`, `finish_reason` and, after
    the first stage, `instruction` and `is_classification`; `request` (the number; without it the order counts),
    `input_tokens`, `output_tokens` and `model` are optional. The journals of a run are one.

    Attributes:
        recording: "demo" (packaged; "./demo" is a folder of yours), or the path of a file, of a folder with one, or of
            a run.
    """

    recording: str = "demo"

    _model: str = PrivateAttr(default="")
    _by_number: dict[int, Completion] = PrivateAttr(default_factory=dict)
    _by_instruction: dict[_Key, Completion] = PrivateAttr(default_factory=dict)

    def load(self) -> None:
        """Read the recording.

        Raises:
            RecordingError: it is not there, or a line of it is no completion.
        """
        super().load()
        self._by_number, self._by_instruction = {}, {}
        try:
            for path in recording_files(self.recording):
                for number, row in enumerate(jsonl.read(path), 1):
                    self._take(row, f"{path}, completion {number}")
        except InputFileError as error:
            raise RecordingError(str(error)) from error

    @property
    def model_name(self) -> str:
        """`recorded:` and the recording's name."""
        return f"recorded:{Path(self.recording).name}"

    def replay(self, request: Request) -> Completion:
        """The completion recorded for this request, or one without text when there is none."""
        if request.stage is Stage.INSTRUCTION_GENERATION:
            if request.number in self._by_number:
                return self._by_number[request.number]
            if request.number > max(self._by_number, default=-1):
                return Completion(None, model=self.model_name, status=RequestStatus.EXHAUSTED)
            return Completion.failed(f"the recording lacks request {request.number}", model=self.model_name)
        instruction = collapse_whitespace(request.instruction).casefold()
        for asked in (request.is_classification, None):
            found = self._by_instruction.get((request.stage, instruction, asked))
            if found is not None:
                return found
        return Completion.failed("the recording holds no answer for this instruction", model=self.model_name)

    def generate(  # type: ignore[override]
        self,
        inputs: "list[FormattedInput]",
        num_generations: int = 1,
    ) -> "list[GenerateOutput]":
        """Not possible: a recording answers the requests of this package's tasks only.

        Args:
            inputs: the prompts.
            num_generations: how many answers to each.

        Raises:
            RecordingError: always.
        """
        raise RecordingError("A recording answers the tasks of distilabel_selfinstruct only: use another LLM here.")

    def _take(self, row: dict[str, Any], location: str) -> None:
        try:
            stage = _stage_called(row["stage"])
            text, finish_reason = row["text"], row.get("finish_reason")
            instruction = "" if stage is Stage.INSTRUCTION_GENERATION else row["instruction"]
        except (KeyError, ValueError) as error:
            raise RecordingError(f"{location} is no completion: it lacks or misnames {error}.") from error
        if not isinstance(text, str | None) or not isinstance(instruction, str):
            raise RecordingError(f"{location} is no completion: text and instruction must be texts.")
        try:
            asked = read_task_type(row.get("is_classification"))
        except ValueError as error:
            raise RecordingError(f"{location} is no completion: it {error}.") from error
        completion = Completion(
            text=text,
            finish_reason=finish_reason,
            input_tokens=row.get("input_tokens") or 0,
            output_tokens=row.get("output_tokens") or 0,
            model=row.get("model") or self.model_name,
            error=row.get("error") or "",
        )
        if stage is Stage.INSTRUCTION_GENERATION:
            request = row.get("request", len(self._by_number))
            if not isinstance(request, int):
                raise RecordingError(f"{location} is no completion: request is {request!r}, not a number.")
            self._by_number[request] = completion
            return
        instruction = collapse_whitespace(instruction).casefold()
        for flag in (asked, None):
            self._by_instruction.setdefault((stage, instruction, flag), completion)


def _stage_called(name: object) -> AnyStage:
    return LaterStage(name) if name in [stage.value for stage in LaterStage] else Stage(name)
