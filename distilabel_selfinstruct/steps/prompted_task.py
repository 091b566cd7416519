"""What the three tasks that ask a model share: prompts, sampling, the journal."""

from collections.abc import Sequence
from typing import Any, Literal

from distilabel.steps.tasks.base import _Task
from pydantic import Field, PrivateAttr

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms import ask
from distilabel_selfinstruct.prompts import Decoding, PromptSet, default_decoding, load_prompts, overridden
from distilabel_selfinstruct.records import Completion, Mode, Request, Stage
from distilabel_selfinstruct.steps.journaled_step import JournaledStep
from distilabel_selfinstruct.steps.runtime_parameter import RuntimeParameter


class PromptedTask(JournaledStep, _Task):
    """Base of the tasks. Each request brings one completion; it is in the journal before anything uses it."""

    prompts: str = Field(default="en", description="A packaged language, or the path of a folder of prompts.")
    prompt_form: Literal["completion", "chat"] = Field(
        default="completion", description="`completion` for base models, `chat` for instruction-tuned ones."
    )
    decoding: RuntimeParameter[dict[str, Any]] = Field(
        default={},
        description="Sampling parameters that override the paper's: temperature, top_p, presence_penalty, "
        "frequency_penalty, max_tokens, stop.",
    )
    mode: Mode = Field(default="default", description="`strict` reads completions as the reference does.")
    max_in_flight: RuntimeParameter[int] = Field(
        default=5, ge=1, description="How many requests an asynchronous LLM works on at a time."
    )
    add_raw_output: RuntimeParameter[bool] = Field(
        default=False, description="Whether rows carry the raw completion in `distilabel_metadata`."
    )
    add_raw_input: RuntimeParameter[bool] = Field(
        default=False, description="Whether rows carry the prompt in `distilabel_metadata`."
    )

    _prompt_set: PromptSet = PrivateAttr()
    _warned: set[str] = PrivateAttr(default_factory=set)

    def load(self) -> None:
        """Load the LLM and the prompts.

        Raises:
            ConfigError: the prompts or `decoding` cannot be used, or more than one generation per input is asked for.
        """
        if self.num_generations != 1 or self.group_generations:
            raise ConfigError(
                f"{self.name} has num_generations={self.num_generations}, group_generations={self.group_generations}: "
                "Self-Instruct asks once per input; use replicas of the row instead."
            )
        super().load()
        self._prompt_set = load_prompts(self.prompts)
        overridden(default_decoding(Stage.CLASSIFICATION), self.decoding)

    def _ask(self, requests: Sequence[Request]) -> list[Completion]:
        completions = ask(self.llm, requests, self._decoding, max_in_flight=self.max_in_flight, warn=self._warn_once)
        self._journal.record_completions(requests, completions)
        return completions

    def _decoding(self, request: Request) -> Decoding:
        decoding = default_decoding(request.stage, is_classification=request.is_classification, form=self.prompt_form)
        return overridden(decoding, self.decoding)

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._logger.warning(message)
