"""The time, and waiting for it: handed in wherever something waits, so that a test can have hours pass in a second."""

import asyncio
import time


class Clock:
    """The clock of this machine. Times are in seconds."""

    def now(self) -> float:
        """A time that only grows, from an arbitrary start: for measuring how long something took."""
        return time.monotonic()

    def wall(self) -> float:
        """The time of day, as seconds since 1970 in UTC: for comparing with what a server says."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait in an event loop."""
        await asyncio.sleep(seconds)
