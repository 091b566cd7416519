"""How far a run is, in numbers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from distilabel_selfinstruct.config import Tokens
from distilabel_selfinstruct.journal.batch_ledger import BatchState
from distilabel_selfinstruct.journal.notes import Note
from distilabel_selfinstruct.records import MODEL_STAGES, Stage


@dataclass
class StageProgress:
    """Counts of one stage.

    Of the `requests` recorded, `failed` brought no text, `uncounted` one without any token counts, and `only_thoughts`
    an empty one after thoughts; `asked` were recorded since the run was started this time. `finished` are the rows that
    the stage is done with: the admitted instructions in the first stage. `began` is when the first of the requests
    asked was sent, in seconds since the start; None while none was. `in_batches` counts tokens at the price of batches.
    `refused` is how often the server refused a request since it had too many.
    """

    requests: int = 0
    asked: int = 0
    failed: int = 0
    retries: int = 0
    uncounted: int = 0
    only_thoughts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    in_batches: Tokens = field(default_factory=Tokens)
    finished: int = 0
    refused: int = 0
    last_failure: str = ""
    began: float | None = None

    @property
    def tokens(self) -> Tokens:
        """What the requests used."""
        return replace(self.in_batches, input=self.input_tokens, output=self.output_tokens, cached=self.cached_tokens)

    def seconds_for(self, rows: int, elapsed: float) -> float | None:
        """How long the stage needs for so many more rows, at its pace so far; None while it has none."""
        if rows <= 0:
            return 0.0
        if self.began is None or not self.finished or elapsed <= self.began:
            return None
        requests = rows * self.requests / self.finished
        return (elapsed - self.began) * requests / self.asked


@dataclass
class Progress:
    """Counts of a run so far. Rates and times are None while there is nothing to compute them from.

    `wanted` is how many instructions are wanted; `over`, whether no more will come. `reused` answers were on disk when
    the run was started this time. `notes` are what the stages had to say, the first `num_notes_before` of them before
    that. `damaged` records cannot be read and count nowhere; `damage` says of the first where it is and what is wrong.
    """

    wanted: int
    stages: dict[Stage, StageProgress] = field(default_factory=lambda: {stage: StageProgress() for stage in Stage})
    instances: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    instruction_rejections: int = 0
    last_failure: str = ""
    elapsed: float = 0.0
    over: bool = False
    reused: int = 0
    batches: dict[tuple[Stage, int], BatchState] = field(default_factory=dict)
    notes: list[tuple[Stage, Note]] = field(default_factory=list)
    num_notes_before: int = 0
    damaged: int = 0
    damage: str = ""

    @property
    def admitted(self) -> int:
        """How many instructions were admitted."""
        return self.stages[Stage.INSTRUCTION_GENERATION].finished

    @property
    def classified(self) -> int:
        """How many of them have a task type."""
        return self.stages[Stage.CLASSIFICATION].finished

    @property
    def answered(self) -> int:
        """How many of them have a response with instances."""
        return self.stages[Stage.INSTANCE_GENERATION].finished

    @property
    def filtered(self) -> int:
        """How many of them are finished."""
        return self.stages[Stage.INSTANCE_FILTERING].finished

    @property
    def requests(self) -> int:
        """How many requests were answered or failed."""
        return self._total(lambda stage: stage.requests)

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return self._total(lambda stage: stage.failed)

    @property
    def retries(self) -> int:
        """How often a request was sent again."""
        return self._total(lambda stage: stage.retries)

    @property
    def refused(self) -> int:
        """How often the server refused a request since it had too many."""
        return self._total(lambda stage: stage.refused)

    @property
    def uncounted(self) -> int:
        """How many answers came without token counts."""
        return self._total(lambda stage: stage.uncounted)

    @property
    def input_tokens(self) -> int:
        """Tokens of all prompts."""
        return self._total(lambda stage: stage.input_tokens)

    @property
    def output_tokens(self) -> int:
        """Tokens of all answers, thoughts included."""
        return self._total(lambda stage: stage.output_tokens)

    @property
    def reasoning_tokens(self) -> int:
        """Tokens of thoughts."""
        return self._total(lambda stage: stage.reasoning_tokens)

    @property
    def cached_tokens(self) -> int:
        """Tokens of prompts that came from the server's cache."""
        return self._total(lambda stage: stage.cached_tokens)

    @property
    def tokens(self) -> dict[Stage, Tokens]:
        """What each stage that asks a model used."""
        return {stage: self.stages[stage].tokens for stage in MODEL_STAGES}

    @property
    def in_flight(self) -> list[tuple[Stage, BatchState]]:
        """The batches that the server works on."""
        return [(stage, state) for (stage, _), state in self.batches.items() if state.batch_id and not state.is_over]

    @property
    def acceptance_rate(self) -> float | None:
        """Share of the candidate instructions that were admitted, from 0 to 1."""
        candidates = self.admitted + self.instruction_rejections
        return self.admitted / candidates if candidates else None

    @property
    def seconds_left(self) -> float | None:
        """Time until the slowest stage is done, at its pace so far."""
        expected = self.admitted if self.over else self.wanted
        needed = [
            self.stages[stage].seconds_for(expected - self.stages[stage].finished, self.elapsed)
            for stage in MODEL_STAGES
        ]
        known = [seconds for seconds in needed if seconds is not None]
        return max(known) if len(known) == len(needed) else None

    def _total(self, count: Callable[[StageProgress], int]) -> int:
        return sum(map(count, self.stages.values()))
