"""The server's background jobs run in this process, without a Redis server and a worker process.

The jobs update the status of records when the number of raters per record changes, and deliver webhooks.
"""

import threading
import time

import fakeredis
from argilla_server.jobs.queues import DEFAULT_QUEUE, HIGH_QUEUE, REDIS_CONNECTION
from redis import ConnectionPool
from rq import SimpleWorker
from rq.timeouts import TimerDeathPenalty


def connect_queues() -> None:
    """Connect the server's only Redis client to a store inside this process. It must not be connected yet."""
    REDIS_CONNECTION.connection_pool = ConnectionPool(
        connection_class=fakeredis.FakeConnection, server=fakeredis.FakeServer()
    )


class ThreadWorker(SimpleWorker):
    """A worker that runs its jobs in the thread in which it was started."""

    death_penalty_class = TimerDeathPenalty  # the default ends a job by a signal, which only the main thread gets

    def _install_signal_handlers(self) -> None:
        """Install none: only the main thread may, and the server stops this worker."""

    def finish(self, seconds: float) -> None:
        """Wait for the pending jobs, but not longer than this."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and (self.get_current_job_id() or HIGH_QUEUE.count or DEFAULT_QUEUE.count):
            time.sleep(0.05)


def start_worker() -> ThreadWorker:
    """Start a worker for both queues, in a thread that ends with the process."""
    worker = ThreadWorker([HIGH_QUEUE, DEFAULT_QUEUE], connection=REDIS_CONNECTION)
    options = {"logging_level": "WARNING"}
    threading.Thread(target=worker.work, kwargs=options, daemon=True, name="jobs").start()
    return worker
