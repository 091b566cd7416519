"""What the three tasks that ask a model share: prompts, sampling, the journal."""

from abc import abstractmethod
from typing import Any, Literal

from distilabel.steps.tasks.base import _Task
from pydantic import Field, PrivateAttr

from distilabel_selfinstruct.config.step_fields import run_option
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.prompts import Decoding, PromptSet, apply_overrides, default_decoding, load_prompts
from distilabel_selfinstruct.records import Mode, Request, Stage
from distilabel_selfinstruct.steps.journaled_step import JournaledStep, RuntimeParameter


class PromptedTask(JournaledStep, _Task):
    """Base of the tasks. Each request brings one completion; it is in the journal before anything uses it."""

    prompts: str = run_option("prompts")
    prompt_form: Literal["completion", "chat"] = Field(
        default="completion", description="`completion` for base models, `chat` for instruction-tuned ones."
    )
    decoding: RuntimeParameter[dict[str, Any]] = Field(
        default={},
        description="Sampling parameters that override the paper's: temperature, top_p, presence_penalty, "
        "frequency_penalty, max_tokens, stop; and others that the server knows, such as seed.",
    )
    mode: Mode = run_option("mode")
    max_in_flight: RuntimeParameter[int] = run_option("max_in_flight")
    max_requests: RuntimeParameter[int] | None = run_option("max_requests")
    add_raw_output: RuntimeParameter[bool] = Field(
        default=False, description="Whether rows carry the raw completion in `distilabel_metadata`."
    )
    add_raw_input: RuntimeParameter[bool] = Field(
        default=False, description="Whether rows carry the prompt in `distilabel_metadata`."
    )

    _prompt_set: PromptSet = PrivateAttr()
    _client: CompletionClient | None = PrivateAttr(default=None)

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
        if isinstance(self.llm, OpenAICompatibleLLM):
            self.llm.on_note(self._take_note)
        super().load()
        self._prompt_set = load_prompts(self.prompts)
        self._check_decoding()
        self._client = CompletionClient(
            self.llm,
            self._decoding,
            max_in_flight=self.max_in_flight,
            journal=self._journal,
            warn=self._warn,
        )

    def unload(self) -> None:
        """Wait for the requests in flight and record them, then unload the LLM and close the journal."""
        if self._client is not None:  # it is None where loading failed
            self._client.close()
        super().unload()

    @property
    def client(self) -> CompletionClient:
        """What asks the LLM; there is one from `load` on."""
        if self._client is None:
            raise ConfigError(f"{self.name} is not loaded: call load() before process().")
        return self._client

    @property
    @abstractmethod
    def stage(self) -> Stage:
        """The stage of Self-Instruct that this task is."""

    def _check_decoding(self) -> None:
        """Find an override that cannot be applied before the first request is sent."""
        apply_overrides(default_decoding(self.stage), self.decoding)

    def _warn(self, text: str) -> None:
        """Say what the LLM cannot be told, and keep it for the description of the run."""
        self._journal.record_note(Note(NoteKind.SAMPLING, "parameters", text))
        self._logger.warning(text)

    def _take_note(self, note: Note) -> None:
        """Keep a note for the description of the run. The screen of a run shows it; elsewhere the log does."""
        if self._journal.record_note(note):
            self._logger.info(f"{self.name}: {note.text}")

    def _decoding(self, request: Request) -> Decoding:
        decoding = default_decoding(request.stage, is_classification=request.is_classification, form=self.prompt_form)
        return apply_overrides(decoding, self.decoding)

    def _request_budget(self) -> int | None:
        return self.max_requests
