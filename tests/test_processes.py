"""A test process shares the servers that start processes for it, and leaves each of them once."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests import processes


class Session(processes._Session):
    @contextmanager
    def _fork_server(self, log, options):
        time.sleep(0.1)
        yield {"socket": "an address"}


def test_threads_that_start_processes_at_the_same_time_share_one_entry(tmp_path: Path) -> None:
    session = Session(tmp_path)
    entered = []
    enter = session.held.enter_context
    session.held.enter_context = lambda server: entered.append(server) or enter(server)  # type: ignore[method-assign]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: session.socket("a"), range(8))) == ["an address"] * 8
    assert len(entered) == 1  # as the second entry of its own owner it would be waited for in vain
    session.held.close()
