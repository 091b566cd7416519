"""The bootstrapping loop: requests out, completions in, instructions admitted or rejected (paper, section 2.2).

The loop knows no model and no clock. Its caller sends what `next_requests` gives and hands each completion to
`receive` in the order of the requests. Request *k* is sampled from the pool as it stood when request *k − window* had
been received, with a random state of its own, so the result depends on the seed and the completions alone, never on
how many requests were sent at once.
"""

from collections import Counter, deque
from dataclasses import dataclass
from math import ceil
from random import Random

from distilabel_selfinstruct.bootstrap.pool import TaskPool
from distilabel_selfinstruct.errors import ConfigError, SeedTaskError
from distilabel_selfinstruct.parsing.filtered import read_instructions
from distilabel_selfinstruct.parsing.filters import Rule
from distilabel_selfinstruct.prompts import PromptForm, PromptSet, prompt_text
from distilabel_selfinstruct.records import (
    Completion,
    InFlight,
    Mode,
    Reason,
    Rejection,
    Request,
    RequestStatus,
    Stage,
)
from distilabel_selfinstruct.similarity import Neighbor

EXPECTED_PER_REQUEST = 5.0
"""Instructions that a request brings, until enough have been received to know better."""

REQUESTS_TO_JUDGE_BY = 10

WARN_AT = 3
"""A warning is due below so many times the acceptance at which the loop gives up."""


@dataclass(frozen=True, slots=True)
class BootstrapSettings:
    """How the loop samples, filters and stops. Defaults are the paper's where it names a number.

    `window` requests may be in flight at once. The loop gives up after `patience` requests in a row that admitted
    nothing, or when less than a share of `min_acceptance` of the candidates in the last `patience` requests was
    admitted. `rules` replaces the filter rules of `mode` and `language`.
    """

    num_instructions: int = 100
    num_prompt_instructions: int = 8
    num_prompt_generated: int = 2
    classification_only: bool = False
    mode: Mode = "default"
    language: str = "en"
    rules: tuple[Rule, ...] | None = None
    prompt_form: PromptForm = "completion"
    random_seed: int = 42
    window: int = 5
    patience: int = 50
    min_acceptance: float = 0.02

    def __post_init__(self) -> None:
        for name in ("num_instructions", "num_prompt_instructions", "window", "patience"):
            if getattr(self, name) < 1:
                raise ConfigError(f"`{name}` is {getattr(self, name)}: it must be at least 1.")
        if not 0 <= self.min_acceptance < 1:
            raise ConfigError(f"`min_acceptance` is {self.min_acceptance}: it must be from 0 to below 1.")
        if not 0 <= self.num_prompt_generated <= self.num_prompt_instructions:
            raise ConfigError(
                f"`num_prompt_generated` is {self.num_prompt_generated}: it must be from 0 to "
                f"`num_prompt_instructions` ({self.num_prompt_instructions})."
            )


SHORTEST_LAG, LONGEST_LAG = 5, 24 * 32
"""The bounds of the window where the number in flight is found as the run goes: the result must not depend on it."""


def sampling_lag(num_instructions: int, max_in_flight: InFlight) -> int:
    """A window that keeps a model busy without letting the pool go stale.

    The completions are received in order, so one that takes long holds up those sent after it: a window of 24 times
    as many requests as are in flight hides nearly all of that. In a short run so long a window would mean that no
    prompt shows a generated instruction, so it is at most a quarter of the requests to be expected.
    """
    shortest, longest = (SHORTEST_LAG, LONGEST_LAG) if max_in_flight == "auto" else (max_in_flight, 24 * max_in_flight)
    expected = ceil(num_instructions / EXPECTED_PER_REQUEST)
    return min(longest, max(shortest, expected // 4))


@dataclass(frozen=True, slots=True)
class GeneratedInstruction:
    """An admitted instruction, the request it came from, and what was nearest to it in the pool at that time."""

    instruction: str
    request: int
    nearest_instruction: str
    nearest_rouge_l: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a completion of instruction generation brought."""

    admitted: tuple[GeneratedInstruction, ...] = ()
    rejected: tuple[Rejection, ...] = ()


class Bootstrap:
    """The state of one run of instruction generation.

    Raises:
        SeedTaskError: the human side of the pool holds fewer instructions than a prompt shows.
    """

    def __init__(self, pool: TaskPool, prompts: PromptSet, settings: BootstrapSettings) -> None:
        if pool.num_human < settings.num_prompt_instructions:
            kind = "classification seed tasks" if settings.classification_only else "seed tasks"
            banned = f" that people did not rate D ({pool.num_banned_human} are)" if pool.num_banned_human else ""
            raise SeedTaskError(
                f"A prompt shows {settings.num_prompt_instructions} instructions and there are only {pool.num_human} "
                f"{kind}{banned}: add some, or lower `num_prompt_instructions`."
            )
        self._pool = pool
        self._prompts = prompts
        self._settings = settings
        self._num_sent = 0
        self._generated_after: list[int] = []  # admitted in all, after each received request
        self._dry_requests = 0  # received in a row without admitting anything
        self._dry_reasons: Counter[Reason] = Counter()
        self._recent: deque[tuple[int, int]] = deque(maxlen=settings.patience)  # admitted and rejected, by request
        self._stopped = ""

    @property
    def human_instructions(self) -> tuple[str, ...]:
        """The human side of the pool, as far as it can be sampled."""
        return self._pool.human

    @property
    def num_received(self) -> int:
        """How many completions were received."""
        return len(self._generated_after)

    @property
    def stop_reason(self) -> str:
        """Why the loop is over, as a sentence; empty while it goes on."""
        settings = self._settings
        if self._pool.num_generated >= settings.num_instructions:
            return f"{settings.num_instructions} instructions were wanted and admitted."
        got = f"{self._pool.num_generated} of {settings.num_instructions} instructions were admitted"
        if self._stopped:
            return f"{got}: {self._stopped}"
        if self._dry_requests >= settings.patience:
            common = ", ".join(f"{reason.value} {count}" for reason, count in self._dry_reasons.most_common(3))
            return (
                f"{got}: the last {self._dry_requests} requests admitted nothing ({common or 'empty answers'}). Try "
                "other seed tasks, a higher temperature or another model, or raise `patience`."
            )
        rate = self.recent_acceptance
        if rate is not None and rate < settings.min_acceptance:
            return (
                f"{got}: of the candidates in the last {settings.patience} requests only {rate:.1%} were admitted. The "
                "model repeats itself: try more varied seed tasks, a higher temperature or another model, or lower "
                "`min_acceptance`."
            )
        return ""

    @property
    def recent_acceptance(self) -> float | None:
        """Share of the candidates in the last `patience` requests that were admitted; None until there are so many."""
        if len(self._recent) < self._settings.patience:
            return None
        admitted = sum(admitted for admitted, _ in self._recent)
        rejected = sum(rejected for _, rejected in self._recent)
        return admitted / (admitted + rejected) if admitted + rejected else 0.0

    @property
    def is_collapsing(self) -> bool:
        """Whether the acceptance is so low that the loop is likely to give up soon."""
        rate = self.recent_acceptance
        return rate is not None and rate < WARN_AT * self._settings.min_acceptance

    def next_requests(self) -> list[Request]:
        """The requests that may be sent now. Empty when the loop is over.

        All that fit into the window, unless fewer are likely to bring what is still wanted: what is sent beyond that
        is paid for nothing. How many are sent at once changes no result.
        """
        if self.stop_reason:
            return []
        last = self.num_received + min(self._settings.window, self._num_likely_needed())
        requests = [self._request(number) for number in range(self._num_sent, last)]
        self._num_sent = max(self._num_sent, last)
        return requests

    def receive(self, request: Request, completion: Completion) -> Outcome:
        """Take in the completion of the oldest request in flight; admit or reject each instruction in it.

        What comes after the wanted number is reached is rejected with `Reason.OVER_LIMIT`, never lost. A request that
        was not sent ends the loop; one that failed takes its turn, and neither says anything about the model.
        """
        if completion.status is RequestStatus.EXHAUSTED:
            self._stopped = "the recording holds no further completion."
            return Outcome()
        if completion.status is RequestStatus.NOT_SENT:
            self._stopped = completion.error
            return Outcome()
        if completion.text is None:
            self._generated_after.append(self._pool.num_generated)
            return Outcome(rejected=(Rejection("", Reason.FAILED_REQUEST, completion.error),))
        outcome = self._read(request, completion)
        self._generated_after.append(self._pool.num_generated)
        self._recent.append((len(outcome.admitted), len(outcome.rejected)))
        if outcome.admitted:
            self._dry_requests = 0
            self._dry_reasons.clear()
        else:
            self._dry_requests += 1
            self._dry_reasons.update(rejection.reason for rejection in outcome.rejected)
        return outcome

    def _num_likely_needed(self) -> int:
        missing = self._settings.num_instructions - self._pool.num_generated
        per_request = EXPECTED_PER_REQUEST
        if self.num_received >= REQUESTS_TO_JUDGE_BY:
            per_request = max(self._pool.num_generated / self.num_received, 1 / self.num_received)
        return ceil(missing / per_request) + 1

    def _request(self, number: int) -> Request:
        settings = self._settings
        received = number - settings.window
        instructions = self._pool.sample(
            Random(f"{settings.random_seed}:{number}"),
            settings.num_prompt_instructions,
            settings.num_prompt_generated,
            among_generated=self._generated_after[received] if received >= 0 else 0,
        )
        prompt = self._prompts.instruction_generation(
            instructions, form=settings.prompt_form, classification_only=settings.classification_only
        )
        return Request(Stage.INSTRUCTION_GENERATION, number, prompt)

    def _read(self, request: Request, completion: Completion) -> Outcome:
        settings = self._settings
        candidates = read_instructions(
            completion,
            mode=settings.mode,
            language=settings.language,
            rules=settings.rules,
            prompt=prompt_text(request.prompt),
        )
        admitted: list[GeneratedInstruction] = []
        rejected = list(candidates.rejected)
        for instruction in candidates.kept:
            if self._pool.num_generated >= settings.num_instructions:
                detail = f"{settings.num_instructions} were wanted"
                rejected.append(Rejection(instruction, Reason.OVER_LIMIT, detail))
                continue
            verdict = self._pool.admit(instruction)
            nearest = verdict.nearest or Neighbor("", 0.0)
            if verdict.admitted:
                admitted.append(GeneratedInstruction(instruction, request.number, nearest.text, nearest.rouge_l))
            else:
                detail = f"ROUGE-L {nearest.rouge_l:.3f} with: {nearest.text}"
                rejected.append(Rejection(instruction, Reason.NEAR_DUPLICATE, detail))
        return Outcome(tuple(admitted), tuple(rejected))
