"""What the three tasks that ask a model share: prompts, sampling, the journal."""

from abc import abstractmethod
from typing import Any, Literal

from distilabel.steps.tasks.base import _Task
from pydantic import Field, PrivateAttr

from distilabel_selfinstruct.config.options import NumberOrAuto
from distilabel_selfinstruct.config.step_fields import run_option
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import (
    EVALUATION,
    Decoding,
    PromptForm,
    PromptSet,
    apply_overrides,
    default_decoding,
    load_prompts,
)
from distilabel_selfinstruct.records import AnyStage, Mode, Request, Stage
from distilabel_selfinstruct.steps.journaled_step import JournaledStep, RuntimeParameter


class PromptedTask(JournaledStep, _Task):
    """Base of the tasks. Each request brings one completion; it is in the journal before anything uses it."""

    prompts: str = run_option("prompts")
    language: str = run_option("language")
    prompt_form: Literal["completion", "chat"] = Field(
        default="completion", description="`completion` for base models, `chat` for instruction-tuned ones."
    )
    decoding: RuntimeParameter[dict[str, Any]] = Field(
        default={},
        description="Sampling parameters that override the paper's: temperature, top_p, presence_penalty, "
        "frequency_penalty, max_tokens, stop; and others that the server knows, such as seed.",
    )
    mode: Mode = run_option("mode")
    max_in_flight: RuntimeParameter[NumberOrAuto] = run_option("max_in_flight")
    requests_per_minute: RuntimeParameter[int] | None = run_option("requests_per_minute")
    tokens_per_minute: RuntimeParameter[int] | None = run_option("tokens_per_minute")
    request_retries: RuntimeParameter[int] = run_option("request_retries")
    max_wait_minutes: RuntimeParameter[float] = run_option("max_wait_minutes")
    batch: RuntimeParameter[bool] = run_option("batch")
    max_requests: RuntimeParameter[int] | None = run_option("max_requests")
    add_raw_output: RuntimeParameter[bool] = Field(
        default=False, description="Whether rows carry the raw completion in `distilabel_metadata`."
    )
    add_raw_input: RuntimeParameter[bool] = Field(
        default=False, description="Whether rows carry the prompt in `distilabel_metadata`."
    )

    _prompt_set: PromptSet = PrivateAttr()
    _client: CompletionClient | None = PrivateAttr(default=None)
    _clock: Clock = PrivateAttr(default_factory=Clock)
    _decodings: dict[bool, Decoding] = PrivateAttr(default_factory=dict)

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
        self._prompt_set = load_prompts(self.prompts, self.language)
        self._decodings = {}
        self._check_decoding()
        self._client = CompletionClient(
            self.llm,
            self._decoding,
            journal=self._journal,
            warn=self._warn,
            pace=Pace(
                max_in_flight=self.max_in_flight,
                requests_per_minute=self.requests_per_minute,
                tokens_per_minute=self.tokens_per_minute,
                max_wait_minutes=self.max_wait_minutes,
            ),
            retries=self.request_retries,
            clock=self._clock,
            in_batches=self.batch,
        )

    def unload(self) -> None:
        """Wait for the requests in flight and record them, then unload the LLM and close the journal.

        It may be called when `load` failed: then what went wrong there is what counts, and nothing here raises.
        """
        if self._client is not None:
            self._client.close()
            self._client = None
            super().unload()
            return
        try:
            super().unload()
        except Exception as error:  # the LLM is loaded in part, and says why in `load`
            self._logger.debug(f"{self.name} could not be unloaded: {error}")
            self._journal.close()

    def use_clock(self, clock: Clock) -> None:
        """Have the step, which is not loaded yet, take the time from another clock than that of this machine."""
        self._clock = clock

    @property
    def client(self) -> CompletionClient:
        """What asks the LLM; there is one from `load` on."""
        if self._client is None:
            raise ConfigError(f"{self.name} is not loaded: call load() before process().")
        return self._client

    @property
    @abstractmethod
    def stage(self) -> AnyStage:
        """The stage of Self-Instruct that this task is, or what it asks for after a run."""

    def _check_decoding(self) -> None:
        """Find an override that cannot be applied before the first request is sent."""
        apply_overrides(self._default_decoding(), self.decoding)

    def _warn(self, text: str) -> None:
        """Take a note of what the LLM cannot be told."""
        self._take_note(Note(NoteKind.SAMPLING, "parameters", text))

    def _take_note(self, note: Note) -> None:
        """Keep a note for the description of the run. The screen of a run shows it; elsewhere the log does."""
        if self._journal.record_note(note):
            self._logger.info(f"{self.name}: {note.text}")

    def _decoding(self, request: Request) -> Decoding:
        decoding = self._decodings.get(request.is_classification)
        if decoding is None:
            default = self._default_decoding(is_classification=request.is_classification, form=self.prompt_form)
            decoding = self._decodings[request.is_classification] = apply_overrides(default, self.decoding)
        return decoding

    def _default_decoding(self, *, is_classification: bool = False, form: PromptForm = "completion") -> Decoding:
        if not isinstance(self.stage, Stage):
            return EVALUATION
        return default_decoding(
            self.stage, is_classification=is_classification, form=form, markers=self._prompt_set.markers
        )

    def _request_budget(self) -> int | None:
        return self.max_requests
