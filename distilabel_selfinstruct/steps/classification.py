"""Stage 2 of Self-Instruct: is it a classification task?"""

from collections.abc import Iterable
from typing import Any

from typing_extensions import override

from distilabel_selfinstruct.parsing.filtered import read_classification
from distilabel_selfinstruct.records import Completion, Reason, Rejection, Request, Stage
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.row_task import RowTask


@cites_self_instruct
class ClassificationTaskIdentification(RowTask):
    """Decide for each instruction whether it is a classification task.

    The model answers Yes or No after 31 worked examples, 12 of them yes. An answer that is neither counts as no, since
    input-first generation works for any task; the journal keeps it with its reason. A row whose request failed, or that
    was not asked about since the run stopped, has no verdict.

    Attributes:
        llm: any distilabel LLM.
        prompts: a packaged language, or the path of a folder of prompts.
        language: BCP-47 tag or folder of the pack whose markers and words the responses are read by.
        prompt_form: `completion` for base models, `chat` for instruction-tuned ones.
        mode: `default`, or `strict` to take only the bare answers Yes, yes and YES for yes, as the reference does.

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

    Output columns:
        - is_classification (`bool`): whether it is a classification task; None if that is not known.
        - model_name (`str`): the model that decided.

    Categories:
        - text-classification

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Decide with a scripted model:

        ```python
        from distilabel_selfinstruct.steps import ClassificationTaskIdentification
        from distilabel_selfinstruct.testing import ScriptedLLM

        task = ClassificationTaskIdentification(llm=ScriptedLLM(responses=[" Yes"]))
        task.load()
        rows = next(task.process([{"instruction": "Is this review positive or negative?"}]))
        ```
    """

    @property
    def outputs(self) -> list[str]:
        """The verdict."""
        return ["is_classification", "model_name"]

    @property
    def stage(self) -> Stage:
        """The second stage."""
        return Stage.CLASSIFICATION

    @override
    def format_output(self, output: str | None, input: dict[str, Any] | None = None) -> dict[str, Any]:
        """The verdict in one completion."""
        return {
            "is_classification": bool(
                read_classification(Completion(output), mode=self.mode, language=self.language).is_classification
            )
        }

    @override
    def _request(self, row: dict[str, Any], number: int) -> Request:
        prompt = self._prompt_set.classification(row["instruction"], form=self.prompt_form)
        return Request(Stage.CLASSIFICATION, number, prompt, instruction=row["instruction"])

    @override
    def _read(self, request: Request, completion: Completion) -> tuple[dict[str, Any], Iterable[Rejection]]:
        if completion.text is None:
            return {"is_classification": None}, (Rejection("", Reason.FAILED_REQUEST, completion.error),)
        prompt = request.prompt if isinstance(request.prompt, str) else None
        verdict = read_classification(completion, mode=self.mode, prompt=prompt, language=self.language)
        return {"is_classification": bool(verdict.is_classification)}, verdict.rejected

    @override
    def _unasked(self) -> dict[str, Any]:
        return {"is_classification": None, "model_name": self.llm.model_name}
