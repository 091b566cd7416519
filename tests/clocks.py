"""Clocks for tests in which much time passes."""

import asyncio
import time

from distilabel_selfinstruct.llms.clock import Clock


class FastClock(Clock):
    """A clock on which a second of a test is many: waits are as much shorter.

    Args:
        times: how many seconds pass in one.
        wall: the time of day at the start, as seconds since 1970.
    """

    def __init__(self, times: float = 100, wall: float = 1_800_000_000.0) -> None:
        self._times = times
        self._wall = wall
        self._started = time.monotonic()

    def now(self) -> float:
        return (time.monotonic() - self._started) * self._times

    def wall(self) -> float:
        return self._wall + self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._times)
