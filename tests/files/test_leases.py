"""Whatever two or three processes do and whenever they stand still, one of them holds the lease at a time."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.files import leases
from distilabel_selfinstruct.files.lease_owners import LeaseOwner
from distilabel_selfinstruct.files.leases import ABANDONED_AFTER, RENEWED_EVERY, Lease, finish, record_in

LAG = 4.0
"""Seconds for which a file system may show others what a record held before."""

WRITES_FOR = 15.0
"""Seconds within which a write that a holder began is done."""

Task = Generator[float, None, None]


@dataclass
class World:
    """A clock, the records of one lease with all that they ever held, and who lives."""

    now: float = 0.0
    records: dict[int, list[tuple[float, bytes | None]]] = field(default_factory=dict)
    alive: dict[int, bool] = field(default_factory=dict)


class Records:
    """The records as one process sees them: what others wrote it may see late."""

    def __init__(self, world: World, lag: float) -> None:
        self._world = world
        self._lag = lag
        self._written: dict[int, float] = {}

    def _is_there(self, number: int) -> bool:
        return self._world.records.get(number, [(0.0, None)])[-1][1] is not None

    def _put(self, number: int, content: bytes | None) -> None:
        self._written[number] = self._world.now
        self._world.records.setdefault(number, []).append((self._world.now, content))

    def numbers(self) -> list[int]:
        return [number for number in self._world.records if self._is_there(number)]

    def create(self, number: int, content: bytes) -> bool:
        if self._is_there(number):
            return False
        self._put(number, content)
        return True

    def read(self, number: int) -> bytes | None:
        held = self._world.records.get(number, [])
        since = max(self._world.now - self._lag, self._written.get(number, 0.0))
        seen = [content for at, content in held if at <= since] or [content for _, content in held[:1]]
        return seen[-1] if seen and self._is_there(number) else None

    def write(self, number: int, content: bytes) -> None:
        if self._is_there(number):
            self._put(number, content)

    def remove(self, number: int) -> None:
        if self._is_there(number):
            self._put(number, None)


class Process:
    """A process that takes the lease, renews it in one thread and writes in another, and may release it."""

    def __init__(self, world: World, pid: int, *, is_near: bool, lag: float = 0.0, patience: float = 1.0) -> None:
        self.world, self.pid = world, pid
        world.alive[pid] = True
        lives = (lambda owner: world.alive.get(owner.pid)) if is_near else (lambda _: None)
        self.lease = Lease(Records(world, lag), LeaseOwner(pid, "host"), now=lambda: world.now, lives=lives)
        self.writes_since: float | None = None
        self.written = 0
        self._is_taken = False
        self._patience = patience
        self._tasks = [self._work(), self._renew()]

    @property
    def holds(self) -> bool:
        writes = self.writes_since is not None and self.world.now < self.writes_since + WRITES_FOR
        return self.world.alive[self.pid] and (self.lease.is_valid or writes)

    def go_on(self, thread: int) -> float:
        """One bit of a thread; returns for how many seconds it waits then."""
        return next(self._tasks[thread], float("inf")) if self.world.alive[self.pid] else float("inf")

    def _renew(self) -> Task:
        while True:
            yield RENEWED_EVERY if self._is_taken else 0.1
            if self._is_taken:
                self._is_taken = yield from self.lease.renewing()

    def _work(self) -> Task:
        while not (yield from self.lease.taking(self._patience, 0.25)):
            yield 1.0
        self._is_taken = True
        for _ in range(6):
            if self.lease.is_valid:
                self.writes_since = self.world.now
                yield 0.0  # it may stand still here
                self.writes_since = None
                self.written += 1
            yield 2.0
        self._is_taken = False
        yield from self.lease.releasing()


PAUSES = [15.0, 25.0, 40.0, 70.0, 120.0]


def play(world: World, random: Random, start: Callable[[], Process]) -> None:
    """Have three processes work for ten minutes. Each bit takes a moment or, seldom, so long that a lease runs out."""
    processes = [start() for _ in range(3)]
    turns = [(random.random(), process, thread) for process in processes for thread in (0, 1)]
    still = random.choice([0.002, 0.02, 0.2])
    while world.now < 600:
        turns.sort(key=lambda turn: turn[0])
        world.now, process, thread = turns.pop(0)
        wait = process.go_on(thread)
        if wait == float("inf") or random.random() < 0.001:  # it is done, or dies
            world.alive[process.pid] = False
            turns = [turn for turn in turns if turn[1] is not process]
            processes.remove(process)
            processes.append(start())
            turns += [(world.now + 5 * random.random(), processes[-1], thread) for thread in (0, 1)]
        else:
            pause = random.choice(PAUSES) * random.uniform(0.8, 1) if random.random() < still else 0.01
            turns.append((world.now + wait + pause, process, thread))
        assert sum(process.holds for process in processes) <= 1


@given(st.integers(0, 2**32), st.booleans(), st.booleans())
def test_no_two_processes_hold_the_lease_and_one_that_died_is_replaced(seed: int, near: bool, lags: bool) -> None:
    world, lag, random = World(), LAG if lags else 0.0, Random(seed)

    def start() -> Process:
        return Process(world, len(world.alive), is_near=near, lag=lag, patience=random.choice([1.0, 1000.0]))

    play(world, random, start)
    world.alive = dict.fromkeys(world.alive, False)
    last, began = Process(world, len(world.alive), is_near=False, lag=lag), world.now
    while not last.written:
        world.now += min(last.go_on(0), 1.0)
    assert world.now - began <= ABANDONED_AFTER + LAG + 2


def taken(lease: Lease, world: World, patience: float = 1.0) -> bool:
    def wait(seconds: float) -> None:
        world.now += seconds

    return finish(lease.taking(patience, 0.25), wait)


def test_a_dead_process_of_this_machine_is_replaced_at_once_and_one_elsewhere_after_a_minute() -> None:
    for is_near, seconds in ((True, 0.0), (False, ABANDONED_AFTER)):
        world = World()
        assert taken(Process(world, 1, is_near=False).lease, world)
        world.alive[1] = False
        second = Process(world, 2, is_near=is_near).lease
        began = world.now
        assert taken(second, world)
        assert second.took_over
        assert world.now - began == seconds


def test_a_released_lease_is_free_at_once_and_nothing_is_taken_over() -> None:
    world = World()
    first, second = (Process(world, number, is_near=False).lease for number in (1, 2))
    assert taken(first, world)
    first.release()
    assert not first.is_held()
    assert taken(second, world)
    assert (second.took_over, world.now) == (False, 0.0)


def test_a_holder_that_stood_still_goes_on_unless_another_one_took_over() -> None:
    world = World()
    first, second = (Process(world, number, is_near=False).lease for number in (1, 2))
    assert taken(first, world)
    world.now += 1000
    assert not first.is_valid
    assert first.is_held()
    world.now += 1000
    assert taken(second, world)
    assert not first.is_held()
    assert first.holder.pid == 2


def test_a_record_that_is_being_written_is_of_an_unknown_process() -> None:
    world = World()
    process = Process(world, 1, is_near=False)
    assert taken(process.lease, world)
    (content,) = [held[-1][1] for held in world.records.values()]
    assert content is not None
    assert record_in(content).owner == LeaseOwner(1, "host")
    assert all(str(record_in(content[:end]).owner) == "unknown" for end in range(len(content) - 1))


def test_the_times_leave_what_the_argument_needs() -> None:
    assert leases.ABANDONED_AFTER >= 2 * leases.VALID_FOR + LAG + WRITES_FOR
    assert leases.VALID_FOR >= 3 * leases.RENEWED_EVERY
