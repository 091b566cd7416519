"""Stage 4 of Self-Instruct: the instances in a completion, read and filtered."""

from random import Random
from typing import TYPE_CHECKING, Any

from distilabel.steps import Step, StepInput
from pydantic import PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.config.step_fields import run_option
from distilabel_selfinstruct.evaluation.contamination import EvaluationTexts, evaluation_texts
from distilabel_selfinstruct.parsing.filtered import read_instances
from distilabel_selfinstruct.parsing.filters import limit_instances, rule_names
from distilabel_selfinstruct.prompts import load_prompts
from distilabel_selfinstruct.records import Completion, Instance, Mode, Parsed, Reason, RequestStatus, Stage
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import JournaledStep, RuntimeParameter
from distilabel_selfinstruct.task_types import is_classification_task

if TYPE_CHECKING:
    from distilabel.typing import StepOutput

RAW_COLUMNS = ("raw_instances", "raw_instances_status", "raw_instances_finish_reason")


@cites_self_instruct
class InstanceFiltering(JournaledStep, Step):
    r"""Turn each row with a completion of `InstanceGeneration` into a row per instance: zero to `max_instances`.

    Dropped are instances that are unreadable, cut off, without output, repeated, copied from the prompt, or equal in
    input and output, and refusals; and all instances of an instruction that gives different outputs for the same input.
    Of what remains, `max_instances` are drawn at random. Each dropped one is in the journal with its reason.

    Attributes:
        mode: `default`, or `strict` to read and filter as the reference implementation does.
        prompts: what the completions answer, a packaged language or the path of a folder of prompts: copies of its
            examples are dropped.
        language: BCP-47 tag or the folder of a language pack: its markers are read, and those of English.
        disabled_rules: filter rules to switch off, by the reason that they give, as in `ends_with_colon`.
        against: files with tasks of evaluations: instances that hold their texts are dropped.

    Runtime parameters:
        - `max_instances`: the most instances per instruction. Defaults to `5`.
        - `random_seed`: fixes which instances are drawn. Defaults to `42`.
        - `state_dir`: folder for the journal. Defaults to none.

    Input columns:
        - instruction (`str`): the instruction.
        - is_classification (`bool`, optional): whether it is a classification task. Defaults to `False`.
        - raw_instances (`str`): the completion. Removed from the rows.
        - raw_instances_status (`str`, optional): how the request ended, by a `RequestStatus`. Defaults to `answered`.
            Removed from the rows.
        - raw_instances_finish_reason (`str`, optional): the server's word for why it ended. Removed
            from the rows.

    Output columns:
        - input (`str`): the input of an instance; empty where the instruction alone suffices.
        - output (`str`): its output.

    Categories:
        - filtering

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Read two instances:

        ```python
        from distilabel_selfinstruct.steps import InstanceFiltering

        filtering = InstanceFiltering()
        filtering.load()
        raw = "Example 1\nInput: cold\nOutput: hot\nExample 2\nInput: dry\nOutput: wet"
        row = {"instruction": "Name the opposite.", "is_classification": False, "raw_instances": raw}
        rows = next(filtering.process([row]))
        ```
    """

    mode: Mode = run_option("mode")
    prompts: str = run_option("prompts")
    language: str = run_option("language")
    max_instances: RuntimeParameter[int] = run_option("max_instances")
    random_seed: RuntimeParameter[int] = run_option("random_seed")
    disabled_rules: list[str] = run_option("disabled_rules")
    against: list[str] = run_option("against")

    _shown: frozenset[Instance] = PrivateAttr(default=frozenset())
    _disabled: frozenset[Reason] = PrivateAttr(default=frozenset())
    _evaluations: EvaluationTexts | None = PrivateAttr(default=None)

    def load(self) -> None:
        """Open the journal and load the examples of the prompts.

        Raises:
            ConfigError: the prompts cannot be used, or `disabled_rules` names something that is no rule.
            InputFileError: a file of `against` cannot be read.
        """
        super().load()
        self._shown = load_prompts(self.prompts, self.language).shown_instances
        self._disabled = rule_names(self.disabled_rules)
        self._evaluations = evaluation_texts(self.against) if self.against else None

    @property
    def inputs(self) -> dict[str, bool]:
        """A completion of instance generation and what it is about."""
        return {
            "instruction": True,
            "raw_instances": True,
            "is_classification": False,
            "raw_instances_status": False,
            "raw_instances_finish_reason": False,
        }

    @property
    def outputs(self) -> list[str]:
        """One instance."""
        return ["input", "output"]

    @override
    def process(self, inputs: StepInput) -> "StepOutput":  # type: ignore[override]
        """Yield a row per kept instance, in the order of the rows."""
        numbered = enumerate(inputs, self._number_rows(len(inputs)))
        yield [instance for number, row in numbered for instance in self._instances(row, number)]

    def _instances(self, row: dict[str, Any], number: int) -> list[dict[str, Any]]:
        instruction, text = row.get("instruction"), row.get("raw_instances")
        finish_reason = row.get("raw_instances_finish_reason")
        status = row.get("raw_instances_status", RequestStatus.ANSWERED.value)
        if not isinstance(instruction, str) or status != RequestStatus.ANSWERED.value:
            result = {"instruction": instruction, "instances": [], "status": status, "request": number}
            self._journal.record_results([result])
            return []  # nothing was asked or answered: the step where that happened has it in its journal
        completion = Completion(text if isinstance(text, str) else None, finish_reason or None)
        is_classification = is_classification_task(row.get("is_classification"))
        read = read_instances(
            completion,
            is_classification=is_classification,
            mode=self.mode,
            instruction=instruction,
            shown=self._shown,
            disabled=self._disabled,
            language=self.language,
        )
        screened = Parsed(read.kept) if self._evaluations is None else self._evaluations.screen(read.kept)
        # A random state per instruction: the draw does not depend on what else is in the batch.
        drawn = limit_instances(screened.kept, self.max_instances, Random(f"{self.random_seed}:{instruction}"))
        self._journal.record_rejections(
            (*read.rejected, *screened.rejected, *drawn.rejected),
            stage=Stage.INSTANCE_FILTERING.value,
            request=number,
            instruction=instruction,
        )
        kept = [{"input": instance.input, "output": instance.output} for instance in drawn.kept]
        self._journal.record_results([{"instruction": instruction, "instances": kept, "request": number}])
        rest = {column: value for column, value in row.items() if column not in RAW_COLUMNS}
        return [{**rest, **instance} for instance in kept]
