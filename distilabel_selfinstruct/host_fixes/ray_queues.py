"""The queues of a run on Ray, all in one actor.

The host (`pipeline/ray.py:242`) makes an actor for each queue: a process that takes a second of processor time to
start, and imports what the rows are made of. Here one process holds them all, as bytes that it does not look into.
"""

from __future__ import annotations

import asyncio
import pickle
from collections import defaultdict
from typing import Any


class QueueHost:
    """Runs in an actor: queues of bytes, each made when it is first used."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, asyncio.Queue[bytes]] = defaultdict(asyncio.Queue)

    async def put(self, name: str, item: bytes) -> None:
        """Append an item."""
        await self._queues[name].put(item)

    async def get(self, name: str) -> bytes:
        """Wait for an item, and take it."""
        return await self._queues[name].get()

    async def size(self, name: str) -> int:
        """How many items wait."""
        return self._queues[name].qsize()


class RayQueue:
    """A queue with the methods that the host uses. It can be sent to actors.

    Args:
        host: the actor of a `QueueHost`.
        name: which of its queues this is.
    """

    def __init__(self, host: Any, name: str) -> None:
        self._host = host
        self._name = name

    def put(self, item: Any) -> None:
        """Append an item.

        Raises:
            RayActorError: the queues are gone.
        """
        import ray
        from ray import cloudpickle

        ray.get(self._host.put.remote(self._name, cloudpickle.dumps(item)))

    def put_nowait(self, item: Any) -> None:
        """Append an item: the queue is never full."""
        self.put(item)

    def get(self, block: bool = True) -> Any:  # noqa: FBT001 - as the host and logging call it
        """Wait for an item, and take it.

        Raises:
            ValueError: it is not to be waited for, which nobody wants here.
            RayActorError: the queues are gone.
        """
        import ray

        if not block:
            raise ValueError("A queue of a run on Ray is waited for.")
        return pickle.loads(ray.get(self._host.get.remote(self._name)))

    def qsize(self) -> int:
        """How many items wait."""
        import ray

        return int(ray.get(self._host.size.remote(self._name)))

    def empty(self) -> bool:
        """Whether no item waits."""
        return self.qsize() == 0
