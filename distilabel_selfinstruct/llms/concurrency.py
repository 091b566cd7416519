"""How many requests a stage has in flight: a number that was chosen, or one that is found."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from distilabel_selfinstruct.records import InFlight

FIRST, MOST = 8, 512
"""Where the search begins, and where it ends whatever the server bears."""

GROWTH = 3
"""So many more are in flight for each answer, until the server is full."""

FEWEST_ANSWERS = 8
"""Answers from which it is judged how long answers take."""

ANSWERS_TO_BE_SURE = 32
"""Answers at one number before a server counts as full: times of single answers vary by a factor of ten."""

SLOWER = 1.8
"""Twice as many in flight whose fast answers take so many times as long are hardly more in a second."""

FASTER = 0.7
"""Answers that take so little of the time that they took at a full server: it has become emptier."""

LATE = 2.5
"""An answer that takes so many times as long as fast ones at half the number may have waited in line."""

DECREASE = 0.7
"""What is left in flight when the server shows that it is too much."""

REMEMBERED = 0.95
"""The share of what was too much to which the number grows back at once."""

INCREASE = 20
"""Beyond that, a round later it is one more for so many in flight; one in any case."""

MOST_PATIENCE = 8
"""Rounds before a server that refused one more is tried with one more: each time twice as many, up to this."""


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


@dataclass
class _Period:
    """A time at about one number. `seconds` are those of the answers to requests that were sent in it."""

    started: float
    limit: int
    seconds: list[float] = field(default_factory=list)


class AdaptiveConcurrency:
    """Slow start, additive increase and multiplicative decrease, as in TCP (RFC 5681).

    At first each answer raises the number, unless it took so long that it may have waited in line. That ends in one of
    two ways:

    - A server that refuses what is too much (HTTP 429, 503, time-outs) is full when it does so. The number falls, grows
      back to almost what was too much, and from there by a twentieth at a time. The more often that was refused, the
      later it is tried again.
    - A server that lets requests wait in line, as local ones do, is full when twice as many take almost twice as long.
      As in HyStart (RFC 9406), that is seen in the fast answers: a request that is short waits in line as long as any.
      The number stays where that began, until answers become faster.
    """

    def __init__(self) -> None:
        self.limit = FIRST
        self._was_full = False
        self._periods = [_Period(-math.inf, FIRST)]  # each at twice the number of the one before
        self._seconds_when_empty: float | None = None  # None while the server is not thought to be full
        self._seconds_when_full: float | None = None  # None while that is not sure
        self._refused_at = -math.inf
        self._remembered: int | None = None  # None while nothing was refused
        self._patience = 1
        self._count = 0

    def is_full(self) -> None:
        """As many requests are in flight as may be, and more wait."""
        self._was_full = True

    def answered(self, sent_at: float, now: float) -> None:
        """An answer came to a request."""
        if self._remembered is not None:
            self._grow_to(self._remembered)
            return
        if sent_at < self._periods[0].started:
            return
        index = bisect_right(self._periods, sent_at, key=lambda period: period.started) - 1
        period, seconds = self._periods[index], now - sent_at
        period.seconds.append(seconds)
        if self._seconds_when_empty is not None:
            if period is self._periods[-1] and len(period.seconds) >= max(self.limit, ANSWERS_TO_BE_SURE):
                self._judge_full(self._seconds_when_empty, now)
            return
        before = self._periods[index - 1].seconds if index else []
        if len(before) < FEWEST_ANSWERS:
            # Those that came first were sent when fewer were in flight, unless a few odd ones stand for all.
            is_sure = len(period.seconds) >= ANSWERS_TO_BE_SURE
            before = period.seconds if is_sure else period.seconds[:FEWEST_ANSWERS]
        elif len(period.seconds) >= FEWEST_ANSWERS and _fast(period.seconds) > SLOWER * _fast(before):
            self._seconds_when_empty, self.limit = _fast(before), period.limit
            self._periods = [_Period(now, self.limit)]
            return
        if self._was_full and seconds <= LATE * _fast(before):
            self._set(self.limit + GROWTH)
            if self.limit >= 2 * self._periods[-1].limit:
                self._periods.append(_Period(now, self.limit))

    def throttled(self, sent_at: float, now: float) -> None:
        """The server took a request for one too many. Of those sent before the number fell, the first one counts."""
        if sent_at < self._refused_at:
            return
        is_new = self._remembered is None or self.limit > self._remembered + _step(self._remembered)
        self._patience = 1 if is_new else min(MOST_PATIENCE, 2 * self._patience)
        self._remembered = max(1, int(self.limit * REMEMBERED))
        self._refused_at = now
        self._count = 0
        self._set(max(1, int(self.limit * DECREASE)))

    def _judge_full(self, seconds_when_empty: float, now: float) -> None:
        """After a period at the number at which the server seemed to be full: it is, or is no longer, or never was."""
        seconds = _fast(self._periods[-1].seconds)
        self._periods = [_Period(now, self.limit)]
        if self._seconds_when_full is None and seconds > SLOWER * seconds_when_empty:
            self._seconds_when_full = seconds
        elif self._seconds_when_full is None or seconds < FASTER * self._seconds_when_full:
            self._seconds_when_empty = self._seconds_when_full = None

    def _grow_to(self, remembered: int) -> None:
        """Grow after a refusal: to what is remembered at once, beyond it round by round."""
        if not self._was_full:
            return
        self._count += 1
        if self.limit < remembered:
            self._set(self.limit + 1)
        elif self._count >= self.limit * (self._patience if self.limit == remembered else 1):
            self._set(self.limit + _step(self.limit))

    def _set(self, limit: int) -> None:
        self.limit = min(MOST, limit)
        self._was_full = False
        self._count = 0


def _step(limit: int) -> int:
    return max(1, limit // INCREASE)


def _fast(seconds: Sequence[float]) -> float:
    """The lower quartile of the times of answers."""
    return sorted(seconds)[len(seconds) // 4]


def concurrency(max_in_flight: InFlight) -> Concurrency:
    """The number that was chosen, or the search for it."""
    return AdaptiveConcurrency() if max_in_flight == "auto" else FixedConcurrency(max_in_flight)
