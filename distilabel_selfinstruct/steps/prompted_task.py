"""What the three tasks that ask a model share: prompts, sampling, the journal."""

from typing import Any, Literal

from distilabel.steps.tasks.base import _Task
from pydantic import Field, PrivateAttr

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms import Asker
from distilabel_selfinstruct.prompts import Decoding, PromptSet, default_decoding, load_prompts, overridden
from distilabel_selfinstruct.records import Mode, Request, Stage
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

    max_total_requests: RuntimeParameter[int] = Field(
        default=0, ge=0, description="The most requests that all steps with this `state_dir` send; 0 for no limit."
    )

    _prompt_set: PromptSet = PrivateAttr()
    _asker: Asker = PrivateAttr()

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

        self._asker = Asker(
            self.llm,
            self._decoding,
            max_in_flight=self.max_in_flight,
            journal=self._journal,
            warn=self._logger.warning,
        )

    def unload(self) -> None:
        """Wait for the requests under way and record them, then unload the LLM and close the journal."""
        self._asker.close()
        super().unload()

    def _decoding(self, request: Request) -> Decoding:
        decoding = default_decoding(request.stage, is_classification=request.is_classification, form=self.prompt_form)
        return overridden(decoding, self.decoding)

    def _request_budget(self) -> int:
        return self.max_total_requests
