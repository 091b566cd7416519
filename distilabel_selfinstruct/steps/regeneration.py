"""Section 4.5 of Self-Instruct: a stronger model rewrites the outputs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from distilabel.steps import StepInput
from pydantic import PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.config.step_fields import run_option
from distilabel_selfinstruct.evaluation.task_prompts import TaskPrompt, plain_prompt
from distilabel_selfinstruct.parsing.filters import rule_names
from distilabel_selfinstruct.parsing.regenerated import read_output
from distilabel_selfinstruct.records import Completion, LaterStage, Reason, Rejection, Request
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.row_task import RowTask

if TYPE_CHECKING:
    from distilabel.typing import StepOutput


@cites_self_instruct
class RegenerateOutputs(RowTask):
    r"""Have a stronger model rewrite the output of each instance, and drop the rows for which it gives none.

    The model is shown the instruction and the input, and is sampled greedily with at most 1,024 tokens. Dropped are
    rows whose new output was refused, cut off or is against a rule for instances. Each is in the journal with its
    reason.

    Attributes:
        llm: any distilabel LLM.
        prompts: passed over here: the prompt is the instruction and the input.
        language: BCP-47 tag or folder of the pack whose words a prompt has and whose refusals are known.
        prompt_form: `completion` for base models, `chat` for instruction-tuned ones.
        mode: passed over here.
        disabled_rules: filter rules to switch off, by the reason that they give, as in `ends_with_colon`.

    Runtime parameters:
        - `decoding`: sampling parameters that override these, such as `max_tokens`. Defaults to none.
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
        - input (`str`, optional): its input.
        - output (`str`, optional): the output that is replaced.

    Output columns:
        - output (`str`): the new output.
        - original_output (`str`): the output that it replaces.
        - output_model (`str`): the model that wrote the new one.

    Categories:
        - text-generation

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Rewrite an output with a scripted model:

        ```python
        from distilabel_selfinstruct.steps import RegenerateOutputs
        from distilabel_selfinstruct.testing import ScriptedLLM

        task = RegenerateOutputs(llm=ScriptedLLM(responses=[" hot"]))
        task.load()
        rows = next(task.process([{"instruction": "Name the opposite.", "input": "cold", "output": "warm"}]))
        ```
    """

    disabled_rules: list[str] = run_option("disabled_rules")

    _disabled: frozenset[Reason] = PrivateAttr(default=frozenset())
    _inputs: dict[int, str] = PrivateAttr(default_factory=dict)

    def load(self) -> None:
        """Load the LLM.

        Raises:
            ConfigError: `decoding` cannot be used, or `disabled_rules` names something that is no rule.
        """
        super().load()
        self._disabled = rule_names(self.disabled_rules)

    @property
    def inputs(self) -> dict[str, bool]:
        """An instance."""
        return {"instruction": True, "input": False, "output": False}

    @property
    def outputs(self) -> list[str]:
        """The new output beside the old one."""
        return ["output", "original_output", "output_model"]

    @property
    def stage(self) -> LaterStage:
        """What is done after a run."""
        return LaterStage.REGENERATION

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Yield the rows that have a new output, in order."""
        for rows in super().process(inputs):
            yield [row for row in rows if row["output"] is not None]

    @override
    def format_output(self, output: str | None, input: dict[str, Any] | None = None) -> dict[str, Any]:
        """The new output in one completion; None if it is dropped."""
        row = input or {}
        read = read_output(
            Completion(output),
            row.get("instruction") or "",
            row.get("input") or "",
            disabled=self._disabled,
            language=self.language,
        )
        return {"output": None if isinstance(read, Rejection) else read.output}

    @override
    def _request(self, row: dict[str, Any], number: int) -> Request:
        is_chat = self.prompt_form == "chat"
        kind = TaskPrompt.CHAT if is_chat else TaskPrompt.USER_ORIENTED
        self._inputs[number] = row.get("input") or ""
        text = plain_prompt(row["instruction"], self._inputs[number], kind, self.language)
        prompt = [{"role": "user", "content": text}] if is_chat else text
        return Request(LaterStage.REGENERATION, number, prompt, row["instruction"])

    @override
    def _answered(self, row: dict[str, Any], request: Request, completion: Completion) -> dict[str, Any]:
        made = super()._answered({**row, "original_output": row.get("output")}, request, completion)
        model = made.pop("model_name", "")
        kept = {"model_name": row["model_name"]} if "model_name" in row else {}
        return {**made, **kept, "output_model": model}

    @override
    def _read(self, request: Request, completion: Completion) -> tuple[dict[str, Any], Iterable[Rejection]]:
        given = self._inputs.pop(request.number)
        read = read_output(completion, request.instruction, given, disabled=self._disabled, language=self.language)
        return ({"output": None}, (read,)) if isinstance(read, Rejection) else ({"output": read.output}, ())

    @override
    def _unasked(self) -> dict[str, Any]:
        return {"output": None}
