"""What the requests in flight of a step are expected to use, reserved before they are sent."""

import math
from typing import Any, Protocol

from distilabel_selfinstruct.journal.spending import SpentAmount
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.usage import TokenUsage
from distilabel_selfinstruct.prompts import prompt_text

BYTES_PER_TOKEN = 3
"""Fewer than a token of most prompts has: until an answer tells how many tokens they have, too many are reserved."""


class Reservable(Protocol):
    """A request on its way, with what is reserved for it while it is in flight."""

    reserved: SpentAmount | None

    @property
    def prompt(self) -> Any:
        """What is asked."""

    @property
    def max_tokens(self) -> int:
        """The most tokens of its answer."""


class Reserving:
    """Reserves for each request what the largest one took so far; for the first ones, the most that they can take.

    Args:
        journal: has the limits, and is asked to stop when one is reached. Where there are none, nothing is reserved.
        in_batches: whether the requests are at the price of batches.
    """

    def __init__(self, journal: StepJournal, *, in_batches: bool = False) -> None:
        self._journal = journal
        self._spending = journal.spending()
        self._in_batches = in_batches
        self._largest = TokenUsage()

    def holds(self, request: Reservable) -> bool:
        """Whether what a request may use is reserved. If not, it must wait until others are back, or is never sent."""
        if self._spending is None or request.reserved is not None:
            return True
        expected = self._largest
        if expected == TokenUsage():
            size = len(prompt_text(request.prompt).encode("utf-8", "replace"))
            expected = TokenUsage(math.ceil(size / BYTES_PER_TOKEN), request.max_tokens)
        request.reserved = self._spending.reserve(
            expected.input_tokens, expected.output_tokens, in_batch=self._in_batches
        )
        if request.reserved is None and (reason := self._spending.reached()):
            self._journal.ask_to_stop(reason)
        return request.reserved is not None

    def release(self, request: Reservable, used: TokenUsage) -> None:
        """Put what a request used in the place of what was reserved for it."""
        reserved, request.reserved = request.reserved, None
        self._settle(reserved, used, in_batch=self._in_batches)

    def add(self, used: TokenUsage) -> None:
        """Count what was used by a request for which nothing was reserved, at the full price."""
        self._settle(None, used, in_batch=False)

    def _settle(self, reserved: SpentAmount | None, used: TokenUsage, *, in_batch: bool) -> None:
        if self._spending is None or (reserved is None and used == TokenUsage()):
            return
        self._spending.settle(reserved, used.input_tokens, used.output_tokens, used.cached_tokens, in_batch=in_batch)
        before = self._largest
        self._largest = TokenUsage(
            max(before.input_tokens, used.input_tokens), max(before.output_tokens, used.output_tokens)
        )
