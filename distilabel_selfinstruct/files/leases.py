"""A lock of files that need no `flock`: numbered records beside each other, and the highest number holds.

Whoever wants the lock creates the next number, which succeeds for one process alone. It may do so when the highest
record says that it was released, when its process is known to be dead, or when the record did not change for
`ABANDONED_AFTER` seconds. A holder writes its record again every `RENEWED_EVERY` seconds, and takes itself for the
holder for `VALID_FOR` seconds from the moment before the last writing that succeeded. Nobody compares the clocks of two
machines.

Why no two processes hold it at a time. Let a process see the record of H unchanged from `t` to `t + 60`. The last
writing that it saw began before `t`, so by that one H is valid until `t + 20` at the latest. One more writing can have
begun before that moment and be seen too late, as when H stands still in the middle of it: by that one H is valid until
`t + 40`. A holder that is no longer valid does not write its record again; it must create the next number, as the other
must, and one of the two fails. 20 seconds are left for file systems that show an old content, for clocks of different
speed, and for what H began to write elsewhere while it was valid.

The highest record is never removed: who creates a number and then sees a higher one removes its own, and a holder
removes lower ones only. So an old list of the numbers misleads nobody.
"""

import json
import secrets
import threading
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass
from typing import Protocol, TypeAlias

from distilabel_selfinstruct.files.lease_owners import LeaseOwner, lives, seconds_now

RENEWED_EVERY = 5.0
VALID_FOR = 20.0
ABANDONED_AFTER = 60.0
"""More than twice `VALID_FOR`: see above."""

Step: TypeAlias = Generator[float, None, bool]
"""Does something bit by bit: between two bits other processes may act. It yields for how many seconds it waits."""


class LeaseStore(Protocol):
    """Where the records of one lock are."""

    def numbers(self) -> list[int]:
        """The numbers of the records that are there."""

    def create(self, number: int, content: bytes) -> bool:
        """Create a record, if there is none of this number; returns whether it was created."""

    def read(self, number: int) -> bytes | None:
        """The content of a record; None if it is not there."""

    def write(self, number: int, content: bytes) -> None:
        """Replace the content of a record, if it is there."""

    def remove(self, number: int) -> None:
        """Remove a record, if it is there."""


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """What a record holds: who made it, a word of this one lease, how often it was written again."""

    owner: LeaseOwner
    word: str
    renewals: int = 0
    released: bool = False


class Lease:
    """The lock, for one process that wants it, has it or had it.

    Args:
        store: where its records are.
        owner: this process.
        now: seconds since any moment.
        lives: whether a process is there; None where that cannot be known.

    Attributes:
        holder: who has the lock, when it was refused or lost.
        took_over: whether the holder before did not release it.
    """

    def __init__(
        self,
        store: LeaseStore,
        owner: LeaseOwner,
        *,
        now: Callable[[], float] = seconds_now,
        lives: Callable[[LeaseOwner], bool | None] = lives,
    ) -> None:
        self.holder = LeaseOwner()
        self.took_over = False
        self._store = store
        self._now = now
        self._lives = lives
        self._record = LeaseRecord(owner, secrets.token_hex(8))
        self._number = 0
        self._valid_until = float("-inf")
        self._is_over = False
        self._mutex = threading.Lock()

    @property
    def is_valid(self) -> bool:
        """Whether this process holds the lock, as far as it knows without a look."""
        return self._now() < self._valid_until

    def taking(self, patience: float, poll: float) -> Step:
        """Take the lock; returns False if another process has it.

        Args:
            patience: seconds for which it is waited for while its holder is known to live.
            poll: seconds between two looks.
        """
        deadline = self._now() + patience
        known = 0
        while True:
            yield 0.0
            number = max([known, *self._store.numbers()])
            if number:
                before = yield from self._free(number, deadline, poll)
                if before is None:  # another one took it, and removed this number
                    known = 0
                    continue
                if not before:
                    return False
            if (yield from self._claiming(number + 1)):
                return True
            known = number + 1
            yield poll

    def renewing(self) -> Step:
        """Stay the holder for as long as before; returns False if another process has taken over."""
        if self._is_over:
            return False
        yield 0.0
        began = self._now()
        if began >= self._valid_until:  # others may think that this process is dead
            if (yield from self._claiming(self._number + 1)):
                return True
            self.holder = self._read(max([0, *self._store.numbers()]))[1].owner
            return False
        yield 0.0
        _, found = self._read(self._number)
        if found.word != self._record.word:
            self._valid_until = float("-inf")
            self.holder = found.owner
            return False
        self._record = LeaseRecord(found.owner, found.word, found.renewals + 1)
        yield 0.0
        self._store.write(self._number, _line(self._record))
        self._valid_until = began + VALID_FOR
        return True

    def releasing(self) -> Step:
        """Let others have the lock at once. This process never holds it again."""
        self._valid_until, self._is_over = float("-inf"), True
        yield 0.0
        _, found = self._read(self._number)
        if found.word == self._record.word:
            yield 0.0
            self._store.write(self._number, _line(LeaseRecord(found.owner, found.word, found.renewals, released=True)))
        return True

    def renewed(self) -> bool:
        """Do `renewing` at once, from one thread at a time."""
        with self._mutex:
            return finish(self.renewing())

    def release(self) -> None:
        """Do `releasing` at once; not while another thread is renewing."""
        with self._mutex:
            finish(self.releasing())

    def is_held(self) -> bool:
        """Whether this process holds the lock. One that was not renewed in time is taken again, if it is free."""
        if self.is_valid:
            return True
        with self._mutex:
            return self.is_valid or finish(self.renewing())

    def _free(self, number: int, deadline: float, poll: float) -> Generator[float, None, bool | None]:
        """Wait until a record no longer holds. Returns False if it does, and None if there is no such record."""
        since, seen = self._now(), b""
        lives = False
        while True:
            yield 0.0
            content, found = self._read(number)
            if content is None:
                return None
            self.holder = found.owner
            if found.released:
                self.took_over = False
                return True
            self.took_over = True
            is_there = self._lives(found.owner)
            if is_there is False:
                return True
            if content != seen:
                lives = bool(lives or is_there or seen)
                since, seen = self._now(), content
            elif self._now() - since >= ABANDONED_AFTER:
                return True
            if lives and self._now() >= deadline:
                return False
            yield poll

    def _claiming(self, number: int) -> Step:
        """Be the first to create a number, while there is no higher one."""
        began = self._now()
        self._record = LeaseRecord(self._record.owner, self._record.word)
        yield 0.0
        if not self._store.create(number, _line(self._record)):
            return False
        yield 0.0
        others = self._store.numbers()
        if max(others, default=0) > number:
            yield 0.0
            self._store.remove(number)
            return False
        self._number, self._valid_until = number, began + VALID_FOR
        for lower in others:
            if lower < number:
                yield 0.0
                self._store.remove(lower)
        return True

    def _read(self, number: int) -> tuple[bytes | None, LeaseRecord]:
        content = self._store.read(number)
        return content, record_in(content or b"")


def finish(step: Step, wait: Callable[[float], object] | None = None) -> bool:
    """Do all bits of something, one after the other.

    Args:
        step: what to do.
        wait: waits so many seconds; None for what never waits.
    """
    while True:
        try:
            seconds = next(step)
        except StopIteration as done:
            return bool(done.value)
        if seconds and wait is not None:
            wait(seconds)


def record_in(content: bytes) -> LeaseRecord:
    """The record in some bytes. One that is being written has an unknown owner and no word."""
    try:
        held = json.loads(content)
        return LeaseRecord(
            LeaseOwner(**held["owner"]), str(held["word"]), int(held["renewals"]), bool(held["released"])
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return LeaseRecord(LeaseOwner(), "")


def _line(record: LeaseRecord) -> bytes:
    return json.dumps(asdict(record)).encode() + b"\n"
