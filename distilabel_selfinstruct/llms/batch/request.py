"""A request on its way through batches."""

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from distilabel_selfinstruct.journal.spending import SpentAmount
from distilabel_selfinstruct.llms.usage import TokenUsage, billed


@dataclass
class BatchRequest:
    """A request on its way to its answer.

    `name` tells it from all other requests of the step, also after a restart. Exactly one of two is called: `deliver`
    with an LLM's output or an exception, the name of its batch (empty if it was asked directly) and the seconds that it
    took; or `hold_back` with the reason why it was not answered in this attempt at the run.
    """

    name: str
    prompt: Any
    keywords: Mapping[str, Any]
    deliver: Callable[[Any, str, float], None]
    hold_back: Callable[[str], None]
    is_claimed: bool = False
    reserved: SpentAmount | None = None
    """What is reserved for it while it is in flight."""
    usage: TokenUsage = field(default_factory=TokenUsage)
    """What answers took that were of no use."""
    failures: int = 0
    """How often it failed in a way that may pass."""

    @property
    def max_tokens(self) -> int:
        """The most tokens of its answer."""
        return int(self.keywords["max_new_tokens"])

    def used_since(self, before: TokenUsage, output: Any) -> TokenUsage:
        """What a new answer took, of which an output or an exception came."""
        total = billed(output) if isinstance(output, Exception) else self.usage
        return TokenUsage(*(now - then for now, then in zip(astuple(total), astuple(before), strict=True)))
