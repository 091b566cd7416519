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


class Stage(str, Enum):
    """The model stages of Self-Instruct (paper, section 2.2)."""

    INSTRUCTION_GENERATION = "instruction_generation"
    CLASSIFICATION = "classification"
    INSTANCE_GENERATION = "instance_generation"


INSTRUCTIONS = "instruction_generation"
TASK_TYPES = "classification_task_identification"
RAW_INSTANCES = "instance_generation"
INSTANCES = "instance_filtering"
STEP_NAMES = (INSTRUCTIONS, TASK_TYPES, RAW_INSTANCES, INSTANCES)

FAILED = "failed"
"""The finish reason, in rows, of a completion that never came."""


STOPPED = "stopped"
"""The finish reason of a request that was not sent because the run was asked to stop; `error` says why."""


RECORDING_EXHAUSTED = "recording_exhausted"
"""The finish reason by which a replayed recording says that it holds no further completion."""


class Reason(str, Enum):
    """Why something left the flow. Every dropped text has exactly one."""

    # a completion or an item of it
    EMPTY = "empty"
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
    # a task type
    UNCLEAR_ANSWER = "unclear_answer"
    # an instance
    NO_INSTANCE = "no_instance"
    EMPTY_OUTPUT = "empty_output"
    INPUT_EQUALS_OUTPUT = "input_equals_output"
    ENDS_WITH_COLON = "ends_with_colon"
    CONFLICTING_OUTPUT = "conflicting_output"
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

    stage: Stage
    number: int
    prompt: Any
    instruction: str = ""
    is_classification: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered. `text` is None when the request failed for good; then `error` says why.

    `finish_reason` is the server's word ("stop", "length", …), or None when it gave none. `retries` counts the
    attempts before this one, `seconds` is the time from sending to arrival, both 0 where they are not known.
    """

    text: str | None
    finish_reason: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    model: str = ""
    error: str = ""
    retries: int = 0
    seconds: float = 0.0

    @property
    def truncated(self) -> bool:
        """True when the model ran into its token limit."""
        return self.finish_reason == "length"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A text that left the flow: the rule that dropped it and the value that decided (a word, a length, a score)."""

    text: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Item]):
    """What became of one completion: the items kept, in order, and all that was dropped."""

    kept: tuple[Item, ...] = ()
    rejected: tuple[Rejection, ...] = field(default=())
