"""The records that carry the flow, from seed task to filtered instance.

Plain frozen dataclasses; dictionaries exist only at the edges (JSON Lines, distilabel rows).
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, Literal, TypeVar

Item = TypeVar("Item")

Row = dict[str, Any]
"""A row as it stands in a file or goes through the host. Records are made of it at once."""

Mode = Literal["strict", "default"]
"""`strict` does what the paper's reference implementation does; `default` does what it should have done."""

TokenizerName = Literal["auto", "rouge_score", "unicode", "eojeol_stem", "kiwi"]
"""The tokenizers of ROUGE-L by name; `auto` leaves the choice to the language or the script of the texts."""

InFlight = int | Literal["auto"]
"""Requests in flight at a time: so many, or as many as a server turns out to bear."""
RESUME = "Run the same command again to resume."
"""What to do with a run that is not finished."""


class Stage(str, Enum):
    """The four stages of Self-Instruct (paper, section 2.2).

    Each names its step, its folder of journals, its decoding, its rejections and its progress.
    """

    INSTRUCTION_GENERATION = "instruction_generation"
    CLASSIFICATION = "classification"
    INSTANCE_GENERATION = "instance_generation"
    INSTANCE_FILTERING = "instance_filtering"

    @property
    def asks_a_model(self) -> bool:
        """True for the stages that send requests; filtering only reads what came back."""
        return self is not Stage.INSTANCE_FILTERING


MODEL_STAGES = tuple(stage for stage in Stage if stage.asks_a_model)


class LaterStage(str, Enum):
    """What models are asked for after a run (paper, section 4). Each names its folder of journals."""

    PREDICTION = "prediction"
    REGENERATION = "regeneration"


AnyStage = Stage | LaterStage


class RequestStatus(str, Enum):
    """How a request ended. What the server calls it is another matter: `Completion.finish_reason`."""

    ANSWERED = "answered"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    EXHAUSTED = "exhausted"


class RunStatus(str, Enum):
    """How far a run is, in its description."""

    STARTED = "started"
    STOPPED = "stopped"
    FAILED = "failed"
    FINISHED = "finished"


class Reason(str, Enum):
    """Why something left the flow. Every dropped text has exactly one."""

    # a completion or an item of it
    EMPTY = "empty"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    PREAMBLE = "preamble"
    PROMPT_ECHO = "prompt_echo"
    # an instruction
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    FORBIDDEN_WORD = "forbidden_word"
    ASKS_FOR_PROGRAM = "asks_for_program"
    STARTS_WITH_PUNCTUATION = "starts_with_punctuation"
    STARTS_WITH_NON_ASCII = "starts_with_non_ascii"
    WRONG_SCRIPT = "wrong_script"
    NEAR_DUPLICATE = "near_duplicate"
    CONTAMINATED = "contaminated"
    # a task type
    UNCLEAR_ANSWER = "unclear_answer"
    # an instance
    NO_INSTANCE = "no_instance"
    EMPTY_OUTPUT = "empty_output"
    INPUT_EQUALS_OUTPUT = "input_equals_output"
    ENDS_WITH_COLON = "ends_with_colon"
    CONFLICTING_OUTPUT = "conflicting_output"
    REFUSAL = "refusal"
    UNKNOWN_MARKERS = "unknown_markers"
    DUPLICATE = "duplicate"
    OVER_LIMIT = "over_limit"
    # a request that brought nothing back
    FAILED_REQUEST = "failed_request"


@dataclass(frozen=True, slots=True)
class Instance:
    """One worked example of a task. `input` is empty where the instruction alone suffices."""

    input: str
    output: str

    @property
    def text(self) -> str:
        """Input and output in one text: what a `Rejection` of this instance holds."""
        return f"{self.input}\n{self.output}" if self.input else self.output


@dataclass(frozen=True, slots=True)
class SeedTask:
    """A human-written task: the start of the pool (paper, section 2.1)."""

    id: str
    name: str
    instruction: str
    instances: tuple[Instance, ...]
    is_classification: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A question to a model: the stage, its number within the stage (from 0), and the instruction it is about.

    `instruction` is empty for instruction generation. `is_classification` chooses output-first in instance generation.
    """

    stage: AnyStage
    number: int
    prompt: Any
    instruction: str = ""
    is_classification: bool = False


REFUSAL = "refusal"
"""`Completion.finish_reason` where the text is the model's refusal to answer."""

TOOL_CALLS = "tool_calls"
"""`Completion.finish_reason` where the model called a tool instead of answering."""

_CUT_OFF = frozenset({
    "length", "max_tokens", "max_output_tokens", "max_completion_tokens", "token_limit", "max_length", "limit",
    "model_length", "model_context_window_exceeded", "context_length_exceeded",  # the context was full
    "reason_max_len", "reason_max_context", "error_limit",  # xAI, Cohere
    # Interrupted: by DeepSeek, Zhipu, vLLM, watsonx, Cohere.
    "insufficient_system_resource", "network_error", "abort", "cancelled", "time_limit", "timeout",
})  # fmt: skip
"""What servers say, in small letters, when an answer is not at its end."""

_FILTERED = frozenset({
    REFUSAL, "content_filter", "content_filtered", "safety", "recitation", "blocklist", "prohibited_content", "spii",
    "guardrail_intervened", "sensitive", "error_toxic",
})  # fmt: skip
"""What servers say, in small letters, when the model or they themselves refuse to answer."""


def is_cut_off(finish_reason: str | None) -> bool:
    """Whether a server's word for why an answer ended, in any spelling, means that it was cut off at a limit."""
    return _word(finish_reason) in _CUT_OFF


def is_refused(finish_reason: str | None) -> bool:
    """Whether a server's word for why an answer ended, in any spelling, means that the model or a filter refused."""
    return _word(finish_reason) in _FILTERED


def _word(finish_reason: str | None) -> str:
    # "FinishReason.MAX_TOKENS" is Google's name for it in Python.
    return (finish_reason or "").rpartition(".")[2].strip().lower().replace("-", "_").replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Completion:
    """How a request ended, and what a model answered.

    `text` is None unless the request was answered; then `error` says why. It failed for good, or was not sent because
    the run was asked to stop, or a recording is exhausted and holds no further completion. `finish_reason` is the
    server's word ("stop", "length", …), or None when it gave none. `retries` counts the attempts before this one,
    `seconds` is the time from sending to arrival, both 0 where they are not known. `reasoning` holds the model's
    thoughts, which are no part of the text; `output_tokens` counts them too, and `reasoning_tokens` them alone.
    `cached_tokens` counts those of `input_tokens` that came from the server's cache. `batch` is the server's name of
    the batch that the request was part of; empty if it was asked directly.
    """

    text: str | None
    finish_reason: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    model: str = ""
    error: str = ""
    retries: int = 0
    seconds: float = 0.0
    reasoning: str = ""
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    batch: str = ""
    status: RequestStatus = RequestStatus.ANSWERED

    def __post_init__(self) -> None:
        if self.text is None and self.status is RequestStatus.ANSWERED:
            object.__setattr__(self, "status", RequestStatus.FAILED)

    @classmethod
    def failed(cls, error: str, **facts: Any) -> "Completion":
        """A request that brought no text. `facts` are further fields, as far as they are known."""
        return cls(None, error=error, **facts)

    @classmethod
    def not_sent(cls, reason: str, *, model: str = "") -> "Completion":
        """A request that was held back; `reason` says why, as a sentence."""
        return cls(None, model=model, error=reason, status=RequestStatus.NOT_SENT)

    @property
    def holds_only_thoughts(self) -> bool:
        """True when the model thought and then said nothing. Hidden thoughts show by the limit that they ran into."""
        is_empty = self.text is not None and not self.text.strip()
        is_other = self.finish_reason == TOOL_CALLS or is_refused(self.finish_reason)
        return is_empty and not is_other and bool(self.reasoning or self.reasoning_tokens or self.truncated)

    @property
    def truncated(self) -> bool:
        """True when the model ran into its token limit."""
        return is_cut_off(self.finish_reason)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A text that left the flow: the rule that dropped it and the value that decided (a word, a length, a score)."""

    text: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordedRejection:
    """A rejection as a run keeps it: with the stage, the number of the request there, and what it was about.

    `instruction` is empty where the rejected text is an instruction itself. `stage` is a `Stage` in a run, and the name
    of another component where one of those drops rows.
    """

    stage: str
    reason: Reason
    detail: str
    text: str
    instruction: str
    request: int


@dataclass(frozen=True, slots=True)
class GeneratedTask:
    """A task that a run made: an admitted instruction, and what the later stages made of it.

    `nearest_instruction` was the most similar one in the pool when it was admitted, `nearest_rouge_l` their ROUGE-L F1
    from 0 to 1; `request` is the number of the request that it came from, counted from 0. `is_classification` is None
    where the run ended before that was asked.
    """

    instruction: str
    nearest_instruction: str
    nearest_rouge_l: float
    request: int
    model_name: str
    is_classification: bool | None
    instances: tuple[Instance, ...] = ()

    @property
    def facts(self) -> Row:
        """What all rows of the task share."""
        return {
            "instruction": self.instruction,
            "nearest_instruction": self.nearest_instruction,
            "nearest_rouge_l": self.nearest_rouge_l,
            "request": self.request,
            "model_name": self.model_name,
            "is_classification": self.is_classification,
        }


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Item]):
    """What became of one completion: the items kept, in order, and all that was dropped."""

    kept: tuple[Item, ...] = ()
    rejected: tuple[Rejection, ...] = field(default=())
