"""The server's background jobs, in this process instead of a Redis server and a worker.

They count the status of records anew when the number of raters per record changes, and deliver webhooks.
"""

import threading
import time

import fakeredis
from argilla_server.jobs.queues import DEFAULT_QUEUE, HIGH_QUEUE, REDIS_CONNECTION
from redis import ConnectionPool
from rq import SimpleWorker
from rq.timeouts import TimerDeathPenalty


def connect_queues() -> None:
    """Let the server's one Redis client, which has not connected yet, speak to a store inside this process."""
    REDIS_CONNECTION.connection_pool = ConnectionPool(
        connection_class=fakeredis.FakeConnection, server=fakeredis.FakeServer()
    )


class ThreadWorker(SimpleWorker):
    """A worker that runs its jobs in the thread it was started in."""

    death_penalty_class = TimerDeathPenalty  # the usual one ends a job by a signal, which only the main thread gets

    def _install_signal_handlers(self) -> None:
        """Only the main thread may; the server stops this one."""

    def finish(self, seconds: float) -> None:
        """Wait for the jobs that were asked for, but not longer than this."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and (self.get_current_job_id() or HIGH_QUEUE.count or DEFAULT_QUEUE.count):
            time.sleep(0.05)


def start_worker() -> ThreadWorker:
    """A worker for both queues, in a thread that ends with the process."""
    worker = ThreadWorker([HIGH_QUEUE, DEFAULT_QUEUE], connection=REDIS_CONNECTION)
    options = {"logging_level": "WARNING"}
    threading.Thread(target=worker.work, kwargs=options, daemon=True, name="jobs").start()
    return worker
