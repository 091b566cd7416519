"""A test process shares the servers that start processes for it, and leaves each of them once."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import processes

ENDINGS = (
    "print('said', end='')",
    "import sys; print('said'); sys.exit(3)",
    "import sys; sys.exit('a reason')",
    "raise SystemExit",
    "raise KeyboardInterrupt",
    "def fail(): raise ValueError('said')\nfail()",
    "import atexit, sys; atexit.register(print, 'last'); sys.exit(4)",
    "import threading, time; threading.Thread(target=lambda: (time.sleep(0.2), print('waited for'))).start()",
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "import os, sys; print('lost'); os.close(1)",
)
"""Programs by the ways in which a process ends."""


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


@pytest.mark.parametrize("code", ENDINGS)
def test_a_process_of_a_fork_server_ends_as_a_new_one_does(code: str) -> None:
    command = [sys.executable, "-c", code]
    new, forked = (
        start(command, capture_output=True, text=True, timeout=60, **options)
        for start, options in ((subprocess.run, {}), (processes.run, {"imported": "libraries"}))
    )
    assert forked.stdout == new.stdout
    assert forked.returncode == new.returncode
    # A traceback of a fork begins with the lines of the fork server.
    assert forked.stderr.splitlines()[-1:] == new.stderr.splitlines()[-1:]
