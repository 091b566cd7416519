"""A request on its way to its completion."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from distilabel_selfinstruct.journal.spending import SpentAmount
from distilabel_selfinstruct.llms.arguments import Arguments
from distilabel_selfinstruct.llms.usage import TokenUsage, usage_of
from distilabel_selfinstruct.records import Completion, Request

FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 32.0
"""Seconds before a request that failed while others were answered is sent again, each time twice the last."""


@dataclass(order=True)
class Work:
    """A request on its way to its completion. The one that was submitted first is sent first."""

    number: int
    request: Request = field(compare=False)
    arguments: Arguments = field(compare=False)
    record: Callable[[Completion], Completion] = field(compare=False)
    future: "Future[Completion]" = field(compare=False, default_factory=Future)
    expected_tokens: float = field(compare=False, default=0.0)
    is_claimed: bool = field(compare=False, default=False)
    retries: int = field(compare=False, default=0)
    """How often it was sent and failed."""
    own_failures: int = field(compare=False, default=0)
    """How often it failed while other requests were answered, or as the only one."""
    answered_before: int = field(compare=False, default=0)
    """How many others had been answered when it failed last, or was sent first."""
    failing_since: float | None = field(compare=False, default=None)
    """When it was sent first, if that failed."""
    last_failure: str = field(compare=False, default="")
    """Why it failed the last time."""
    reserved: SpentAmount | None = field(compare=False, default=None)
    """What is reserved for it while it is in flight."""
    spent: TokenUsage = field(compare=False, default_factory=TokenUsage)
    """What its failures cost."""

    @property
    def prompt(self) -> Any:
        """What is asked."""
        return self.request.prompt

    @property
    def max_tokens(self) -> int:
        """The most tokens of its answer."""
        return self.arguments.max_tokens

    @property
    def seconds_to_wait(self) -> float:
        """How long it waits, after it failed, until it is sent again."""
        return min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(self.retries - 1, 10))

    def failed(self, model: str) -> Completion:
        """The completion of a request that is given up after it failed."""
        return Completion.failed(self.last_failure, model=model)

    def whole(self, completion: Completion) -> Completion:
        """A completion with what all failures before it took."""
        if not self.retries and self.spent == TokenUsage():
            return completion
        usage = self.spent + usage_of(completion)
        return replace(completion, retries=completion.retries + self.retries, **asdict(usage))
