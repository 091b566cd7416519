"""Stage 3 of Self-Instruct: inputs and outputs for an instruction."""

from collections.abc import Iterable
from typing import Any

from typing_extensions import override

from distilabel_selfinstruct.parsing.filtered import read_instances
from distilabel_selfinstruct.records import Completion, Reason, Rejection, Request, RequestStatus, Stage
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.row_task import RowTask
from distilabel_selfinstruct.task_types import is_classification_task


@cites_self_instruct
class InstanceGeneration(RowTask):
    r"""Have the model write instances of each instruction, as text to be read by `InstanceFiltering`.

    Input-first for most tasks; output-first (a class label, then an input with that label) for classification tasks,
    since input-first makes models write inputs of one label only.

    Attributes:
        llm: any distilabel LLM.
        prompts: a packaged language, or the path of a folder of prompts.
        language: BCP-47 tag or folder of the pack whose markers and words the responses are read by.
        prompt_form: `completion` for base models, `chat` for instruction-tuned ones.
        mode: passed over here; `InstanceFiltering` has its own.

    Runtime parameters:
        - `decoding`: sampling parameters that override the paper's, such as `temperature`. Defaults to none.
        - `max_in_flight`: requests that an asynchronous LLM works on at a time. Defaults to `auto`: is found.
        - `request_retries`: how often a request that fails while others are answered is sent again. Defaults to `6`.
        - `requests_per_minute`: the most that all steps with this `state_dir` send. Defaults to no limit.
        - `tokens_per_minute`: the same for tokens, in and out. Defaults to no limit.
        - `max_wait_minutes`: the longest wait for a server that answers nothing. Defaults to `15`.
        - `batch`: whether requests are sent in batches, at a lower price; needs `state_dir`. Defaults to `False`.
        - `max_requests`: the most requests that all steps with this `state_dir` send. Defaults to no limit.
        - `state_dir`: folder for the journal. Defaults to none.

    Input columns:
        - instruction (`str`): the instruction.
        - is_classification (`bool`, optional): whether it is a classification task; a row in which it is None is not
            asked about, since another form of prompt may be right. Defaults to `False`.

    Output columns:
        - raw_instances (`str`): the completion; empty if the request failed.
        - raw_instances_status (`str`): how the request ended: `answered`, `failed` or `not_sent`.
        - raw_instances_finish_reason (`str`): the server's word for why the completion ended, such as `stop` or
            `length`; empty if it gave none.
        - model_name (`str`): the model.

    Categories:
        - text-generation

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Write an instance with a scripted model:

        ```python
        from distilabel_selfinstruct.steps import InstanceGeneration
        from distilabel_selfinstruct.testing import ScriptedLLM

        script = ["Example 1\nInput: cold\nOutput: hot"]
        task = InstanceGeneration(llm=ScriptedLLM(responses=script))
        task.load()
        rows = next(task.process([{"instruction": "Name the opposite.", "is_classification": False}]))
        ```
    """

    @property
    def inputs(self) -> dict[str, bool]:
        """The instruction, and its task type if an earlier step decided on it."""
        return {"instruction": True, "is_classification": False}

    @property
    def outputs(self) -> list[str]:
        """The completion, unread."""
        return ["raw_instances", "raw_instances_status", "raw_instances_finish_reason", "model_name"]

    @property
    def stage(self) -> Stage:
        """The third stage."""
        return Stage.INSTANCE_GENERATION

    @override
    def format_output(self, output: str | None, input: dict[str, Any] | None = None) -> dict[str, Any]:
        """The instances in one completion."""
        is_classification = is_classification_task((input or {}).get("is_classification"))
        parsed = read_instances(
            Completion(output), is_classification=is_classification, mode=self.mode, language=self.language
        )
        return {"instances": [{"input": kept.input, "output": kept.output} for kept in parsed.kept]}

    @override
    def _can_be_asked(self, row: dict[str, Any]) -> bool:
        return super()._can_be_asked(row) and row.get("is_classification", False) is not None

    @override
    def _request(self, row: dict[str, Any], number: int) -> Request:
        instruction, is_classification = row["instruction"], is_classification_task(row.get("is_classification"))
        prompt = self._prompt_set.instances(instruction, is_classification=is_classification, form=self.prompt_form)
        return Request(Stage.INSTANCE_GENERATION, number, prompt, instruction, is_classification)

    @override
    def _read(self, request: Request, completion: Completion) -> tuple[dict[str, Any], Iterable[Rejection]]:
        if completion.text is None:
            failure = Rejection("", Reason.FAILED_REQUEST, completion.error)
            return _raw("", completion.status, completion.finish_reason), (failure,)
        return _raw(completion.text, completion.status, completion.finish_reason), ()

    @override
    def _unasked(self) -> dict[str, Any]:
        return {**_raw("", RequestStatus.NOT_SENT, None), "model_name": self.llm.model_name}


def _raw(text: str, status: RequestStatus, finish_reason: str | None) -> dict[str, str]:
    return {
        "raw_instances": text,
        "raw_instances_status": status.value,
        "raw_instances_finish_reason": finish_reason or "",
    }
