"""What takes seconds to start is started once for all test processes of a run."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

Description = dict[str, Any]


def folder_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder that all test processes of a run have in common."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def shared(folder: Path, start: Callable[[], AbstractContextManager[Description]]) -> Iterator[Description]:
    """What `start` says of what it started, in this process or in another one.

    The process that comes first starts it. When that one is done it waits until the others are, and then stops it.
    """
    described = folder / "description.json"
    folder.mkdir(exist_ok=True)
    users = os.open(folder / "users", os.O_RDWR | os.O_CREAT)
    try:
        with alone(folder):
            if described.exists():
                fcntl.flock(users, fcntl.LOCK_SH)
                own = None
            else:
                own = start()
                described.write_text(json.dumps(own.__enter__()))
        try:
            yield json.loads(described.read_text())
        finally:
            if own is not None:
                _wait_for_the_others(folder, users, described)
                own.__exit__(None, None, None)
    finally:
        os.close(users)


def _wait_for_the_others(folder: Path, users: int, described: Path) -> None:
    while True:
        with alone(folder), suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            described.unlink()
            return
        time.sleep(0.1)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other test process is in such a block with this folder, which is made if need be."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
