"""A scripted language model, for tests of pipelines that use this package."""

from itertools import cycle
from typing import TYPE_CHECKING, Any

from pydantic import PrivateAttr

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.host_fixes.quiet_import import silence

silence()  # before the host is imported

from distilabel.models.llms.base import LLM
from distilabel.models.llms.utils import prepare_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distilabel.typing import FormattedInput, GenerateOutput


class ScriptedLLM(CheckedOptions, LLM):
    """Answers with the given responses in order, and from the first again after the last. Needs no model.

    Attributes:
        responses: what to answer. None stands for a request that failed.
        finish_reason: what to give as the reason for ending, such as "stop" or "length".
        name: the model name that rows carry.

    Examples:
        Decide on a task type with a script:

        ```python
        from distilabel_selfinstruct.steps import ClassificationTaskIdentification
        from distilabel_selfinstruct.testing import ScriptedLLM

        task = ClassificationTaskIdentification(llm=ScriptedLLM(responses=[" Yes"]))
        task.load()
        next(task.process([{"instruction": "Is this review positive or negative?"}]))
        ```
    """

    responses: list[str | None]
    finish_reason: str = "stop"
    name: str = "scripted"

    _script: "Iterator[str | None]" = PrivateAttr()

    def load(self) -> None:
        """Start at the first response."""
        super().load()
        self._script = cycle(self.responses)

    @property
    def model_name(self) -> str:
        """The name given."""
        return self.name

    def generate(  # type: ignore[override]
        self, inputs: "list[FormattedInput]", num_generations: int = 1
    ) -> "list[GenerateOutput]":
        """Answer each input with the next `num_generations` responses.

        Args:
            inputs: the prompts; they are counted, not read.
            num_generations: how many responses to give to each.
        """
        return [self._answer([next(self._script) for _ in range(num_generations)]) for _ in inputs]

    def _answer(self, texts: list[str | None]) -> "GenerateOutput":
        output: Any = prepare_output(
            generations=texts,
            input_tokens=[0] * len(texts),
            output_tokens=[len((text or "").split()) for text in texts],
        )
        output["finish_reason"] = [self.finish_reason] * len(texts)
        return output  # type: ignore[no-any-return]
