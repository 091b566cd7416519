"""How many requests a stage has in flight: a number that was chosen, or one that is found."""

import math
from typing import Protocol

from distilabel_selfinstruct.records import InFlight

FIRST, MOST = 4, 512
"""Where the search begins, and where it ends whatever the server bears."""

FEWEST_ANSWERS = 8
"""Answers at one number before the next is tried; more at a number above it."""

ANSWERS_TO_BE_SURE = 32
"""Answers before it counts that more at a time bring nothing: times of single answers vary by a factor of ten."""

SLOWER = 1.6
"""Twice as many in flight that take so many times as long are hardly more in a second (2 / 1.6): the server is full."""

FASTER = 0.7
"""Answers that take so little of the time that they took at a full server: it has become emptier."""

DECREASE = 0.7
"""What is left in flight when the server shows that it is too much."""

INCREASE = 10
"""A round later it is one more for so many in flight; one in any case."""


class Concurrency(Protocol):
    """How many requests may be in flight, and what bears on it."""

    limit: int

    def is_full(self) -> None:
        """As many requests are in flight as may be, and more wait."""

    def answered(self, sent_at: float, now: float) -> None:
        """An answer came to a request."""

    def throttled(self, sent_at: float, now: float) -> None:
        """The server took a request for one too many."""


class FixedConcurrency:
    """Always the same number."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def is_full(self) -> None:
        """Nothing changes."""

    def answered(self, sent_at: float, now: float) -> None:
        """Nothing changes."""

    def throttled(self, sent_at: float, now: float) -> None:
        """Nothing changes."""


class AdaptiveConcurrency:
    """Additive increase, multiplicative decrease, as TCP does it (RFC 5681), with a look at the time of answers.

    The number is doubled as long as that brings more answers in a second. A server that lets requests wait in line, as
    local ones do, is full when twice as many take twice as long; there the number stays until answers become faster. A
    server that refuses what is too much (HTTP 429, 503, time-outs) is full when it does so; from then on the number
    grows by a tenth at a time.

    A round is the time at one number. Only answers to requests that were sent in it count, and it only ends while the
    number is what holds requests back.
    """

    def __init__(self) -> None:
        self.limit = FIRST
        self._doubles = True
        self._started = -math.inf
        self._was_full = False
        self._count = 0
        self._seconds = 0.0
        self._seconds_before: float | None = None  # the mean of the round before
        self._seconds_when_full: float | None = None

    def is_full(self) -> None:
        """As many requests are in flight as may be, and more wait."""
        self._was_full = True

    def answered(self, sent_at: float, now: float) -> None:
        """An answer came to a request."""
        if sent_at < self._started:
            return
        self._count += 1
        self._seconds += now - sent_at
        if not self._was_full or self._count < max(self.limit, FEWEST_ANSWERS):
            return
        mean = self._seconds / self._count
        if self._seconds_when_full is not None:
            if mean < FASTER * self._seconds_when_full:
                self._seconds_when_full = None
                self._grow(mean, now)
            else:
                self._begin_round(now)
        elif self._seconds_before is None or mean <= SLOWER * self._seconds_before:
            self._grow(mean, now)
        elif self._count >= ANSWERS_TO_BE_SURE:
            self._seconds_when_full = mean
            self._begin_round(now)

    def throttled(self, sent_at: float, now: float) -> None:
        """The server took a request for one too many. Of those sent at the same number, the first one counts."""
        if sent_at < self._started:
            return
        self.limit = max(1, int(self.limit * DECREASE))
        self._doubles = False
        self._seconds_before = self._seconds_when_full = None
        self._begin_round(now)

    def _grow(self, mean: float, now: float) -> None:
        self._seconds_before = mean if self._doubles else None
        self.limit = min(MOST, self.limit + (self.limit if self._doubles else max(1, self.limit // INCREASE)))
        self._begin_round(now)

    def _begin_round(self, now: float) -> None:
        self._started = now
        self._was_full = False
        self._count, self._seconds = 0, 0.0


def concurrency(max_in_flight: InFlight) -> Concurrency:
    """The number that was chosen, or the search for it."""
    return AdaptiveConcurrency() if max_in_flight == "auto" else FixedConcurrency(max_in_flight)
