"""When the next request of a stage may be sent: how many are in flight, what the server asks for, what fails."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from distilabel_selfinstruct.files.run_layout import REQUEST_PACE, TEXT_PACE
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.llms.concurrency import concurrency
from distilabel_selfinstruct.llms.failures import Failure, FailureKind
from distilabel_selfinstruct.llms.retry_after import seconds_until_reset
from distilabel_selfinstruct.prompts import Prompt
from distilabel_selfinstruct.records import RESUME, InFlight

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds before a server that answers nothing is asked again: at first, and after many tries, each twice the last."""

SECONDS_TO_REFUSE = 60.0
"""A server that knows the sender and says no is asked for no longer: waiting rarely remedies that."""

LONGEST_FORESIGHT = 60.0
"""A used-up limit that an answer tells of is waited for at most so long; what is longer, a refusal will say."""

SECONDS_TO_NOTE = 5.0
"""A wait of so many seconds is told; a shorter one is over before anybody has read of it."""

REFUSALS_TO_NOTE, REFUSALS_TO_REPEAT = 3, 10
"""So many refusals for too many requests are told, and so many times as many again: a few are how a limit is found."""

SECONDS_TO_REPEAT = 600.0
"""The same cause is told again after so long."""


FIRST_TOKENS_PER_CHARACTER = 0.3
"""Tokens of a prompt and its answer for each character of the prompt, until some have been seen."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a stage may ask, and how long it waits for a server that answers nothing.

    `requests_per_minute` and `tokens_per_minute` are shared by all steps of a state folder; None for no limit.
    """

    max_in_flight: InFlight = "auto"
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    max_wait_minutes: float = 15.0


@dataclass
class _Streak:
    """Failures with no answer between them.

    `since` is when the first of the requests was sent, `refused_since` the first of the last ones, which were refused.
    `rounds` counts how often all requests were made to wait, the last time at `raised_at`.
    """

    since: float
    numbers: set[int] = field(default_factory=set)
    rounds: int = 0
    raised_at: float = -math.inf
    refused_since: float = math.inf


@dataclass
class _Told:
    """Causes of waits that were told, with the time."""

    at: dict[str, float] = field(default_factory=dict)

    def may_tell(self, cause: str, now: float) -> bool:
        if now - self.at.get(cause, -math.inf) < SECONDS_TO_REPEAT:
            return False
        self.at[cause] = now
        return True


class Pacer:
    """Decides when a request may be sent. It sends nothing and waits for nothing: its caller does.

    Failures that come while other requests are answered concern the requests that failed, and hold up no other. When
    nothing is answered any more, all requests wait, each time twice as long, and one at a time tries whether the server
    is back. After `max_wait_minutes` without an answer the run is asked to stop. A server that says how long it wants
    to be left alone is left alone for so long.

    Args:
        pace: the limits.
        journal: has the limits that are shared by all stages, is told of waits, and is asked to stop.
        clock: the time.
    """

    def __init__(self, pace: Pace, *, journal: StepJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._concurrency = concurrency(pace.max_in_flight)
        self._longest = 60 * pace.max_wait_minutes
        self._in_flight = 0
        self._paused_until = -math.inf
        self._streak: _Streak | None = None
        self._told = _Told()
        self._tokens_per_character = FIRST_TOKENS_PER_CHARACTER
        self._seen_tokens = self._seen_characters = 0
        self._requests = pace.requests_per_minute and journal.rate(REQUEST_PACE, pace.requests_per_minute)
        self._tokens = pace.tokens_per_minute and journal.rate(TEXT_PACE, pace.tokens_per_minute)
        self._num_throttled = 0
        self._next_to_note = REFUSALS_TO_NOTE
        self.num_answered = 0

    def holds_back(self) -> bool:
        """Whether as many requests are in flight as may be. To be asked when another is ready to be sent."""
        if self.tries_one:
            return self._in_flight >= 1
        if self._in_flight < self._concurrency.limit:
            return False
        self._concurrency.is_full()
        return True

    def expected_tokens(self, prompt: Prompt) -> float:
        """How many tokens a prompt and its answer will take, judged by those before; 0 if nobody counts them."""
        return self._tokens_per_character * _characters(prompt) if self._tokens else 0.0

    def seconds_left(self, tokens: float) -> float:
        """For how many seconds no request may be sent, whatever is in flight; if for none, one is counted as sent.

        Args:
            tokens: how many the request is expected to take.
        """
        left = self._paused_until - self._clock.now()
        if left > 0:
            return left
        wall = self._clock.wall()
        wait = self._requests.take(1, wall) if self._requests else 0.0
        if not wait and self._tokens:
            wait = self._tokens.take(tokens, wall)
            if wait and self._requests:
                self._requests.correct(-1)
        return wait

    def sent(self) -> float:
        """A request is sent. Returns the time."""
        self._in_flight += 1
        return self._clock.now()

    def ended(self, prompt: Prompt, *, expected_tokens: float, tokens: int) -> None:
        """A request is no longer in flight, however it ended.

        Args:
            prompt: its prompt.
            expected_tokens: what `seconds_left` was told.
            tokens: what it took; 0 if it brought nothing.
        """
        self._in_flight -= 1
        if self._tokens:
            self._tokens.correct(tokens - expected_tokens)
            if tokens:
                self._seen_tokens += tokens
                self._seen_characters += _characters(prompt)
                self._tokens_per_character = self._seen_tokens / max(1, self._seen_characters)

    def answered(self, sent_at: float) -> bool:
        """The server answered a request that was sent then. Returns whether it had answered nothing for a while."""
        self.num_answered += 1
        self._concurrency.answered(sent_at, self._clock.now())
        is_back, self._streak = self._streak is not None, None
        return is_back

    def read_headers(self, headers: Mapping[str, str]) -> None:
        """Wait for a rate limit that an answer used up."""
        seconds = seconds_until_reset(headers, self._clock.wall())
        if 0 < seconds <= LONGEST_FORESIGHT:
            self._pause(seconds, "an answer said that the rate limit is used up")

    def failed(self, number: int, failure: Failure, sent_at: float, *, answered_before: int) -> None:
        """A request failed that may be sent again; wait, or ask the run to stop.

        Args:
            number: of the request, to tell it from others.
            failure: how it failed.
            sent_at: when it was sent.
            answered_before: `num_answered` at that time.
        """
        now = self._clock.now()
        if failure.kind is FailureKind.THROTTLED:
            self._count_throttled()
        if failure.kind.is_too_much:
            self._concurrency.throttled(sent_at, now)
        wait = failure.retry_after or 0.0
        if wait > self._longest:
            limit = f"`max_wait_minutes` ({self._longest / 60:g})"
            self._stop(f"would have to wait {spoken(wait)} for the server, longer than {limit}", failure)
            return
        if self.num_answered == answered_before and not self._works_on_others(failure):
            self._streak = self._streak or _Streak(since=sent_at)
            self._streak.numbers.add(number)
            growing = self._wait_of_streak(self._streak, failure, sent_at, now)
            # A server that asks for no time, or names one that is over, does not know when it will be well.
            wait = max(FIRST_WAIT, wait) if failure.retry_after else growing
        if wait:
            self._pause(wait, failure.said)

    def _works_on_others(self, failure: Failure) -> bool:
        """Whether a server that has no room for a request may still answer those that are in flight."""
        return failure.kind is FailureKind.THROTTLED and self._in_flight > 0

    @property
    def is_silent(self) -> bool:
        """Whether the server answers nothing at the moment."""
        return self._streak is not None

    @property
    def tries_one(self) -> bool:
        """Whether one request at a time tries if the server is back."""
        return self._streak is not None and self._streak.rounds > 1

    def fails_alone(self, number: int) -> bool:
        """Whether the server answers nothing, and was asked nothing but one request."""
        return self._streak is not None and self._streak.numbers == {number}

    def fails_others(self) -> None:
        """Something else than a request failed as well: it is not about one request."""
        if self._streak is not None:
            self._streak.numbers.add(-1)

    def _wait_of_streak(self, streak: _Streak, failure: Failure, sent_at: float, now: float) -> float:
        """How long all requests wait since nothing is answered; the run is asked to stop when that lasts too long."""
        if sent_at < streak.raised_at:  # it was in flight when an earlier failure made all wait
            return 0.0
        streak.rounds += 1
        streak.raised_at = now
        left = streak.since + self._longest - now
        if failure.kind is FailureKind.REFUSED:
            streak.refused_since = min(streak.refused_since, sent_at)
            left = min(left, streak.refused_since + SECONDS_TO_REFUSE - now)
        else:
            streak.refused_since = math.inf
        if left <= 0 or (failure.retry_after or 0.0) > left:
            self._stop(f"got no answer for {spoken(now - streak.since)}", failure)
            return 0.0
        return min(left, LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(streak.rounds - 1, 10))

    def _pause(self, seconds: float, cause: str) -> None:
        now = self._clock.now()
        if now + seconds <= self._paused_until:
            return
        self._paused_until = now + seconds
        if seconds >= SECONDS_TO_NOTE and self._told.may_tell(cause, now):
            now_there, until = (datetime.fromtimestamp(self._clock.wall() + left).astimezone() for left in (0, seconds))
            day = "" if until.date() == now_there.date() else f"{until:%Y-%m-%d} "
            text = (
                f"Waits {spoken(seconds)}, until {day}{until:%H:%M:%S}, before it sends more requests: "
                f"{cause.rstrip('.')}."
            )
            self._journal.record_note(Note(NoteKind.WAITING, "requests", text))

    def _count_throttled(self) -> None:
        """Short waits are told all together, and rarely: the run may be slow and nothing else says why."""
        self._num_throttled += 1
        self._journal.count_refused()
        if self._num_throttled == self._next_to_note and not self._told.at:
            self._next_to_note *= REFUSALS_TO_REPEAT
            text = f"Waiting: the server limits requests ({self._num_throttled:,} refused so far)."
            self._journal.record_note(Note(NoteKind.WAITING, "rate limit", text))

    def _stop(self, what: str, failure: Failure) -> None:
        self._journal.ask_to_stop(
            f"{self._journal.step} {what}. The last failure was: {failure.said.rstrip('.')}. {RESUME}"
        )


def _characters(prompt: Prompt) -> int:
    return len(prompt) if isinstance(prompt, str) else sum(len(message["content"]) for message in prompt)


def spoken(seconds: float) -> str:
    """A duration in the two largest of its units, as in "2 min 30 s"."""
    whole = max(1, round(seconds))
    parts = [(whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s")]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)
