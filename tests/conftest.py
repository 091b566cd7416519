"""Parts that many tests share and that take seconds to start."""

import gc
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import certificates, processes
from tests.examples import examples
from tests.shared import Description, folder_of_the_run, shared

pytest_plugins = ["tests.guard", "tests.leaks", "tests.order"]

# Imports and collected tests stay until the end. To look through them for garbage again and again takes a third as long
# as to make them, so garbage is collected from when they are there, and only in what is made later.
gc.disable()

# One profile for all property tests: how long an example takes depends on what else the machine does.
settings.register_profile(
    "ours", deadline=None, max_examples=examples(25, thorough=200), suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fast", settings.get_profile("ours"), max_examples=10)  # for `make test-fast`
settings.load_profile("ours")

# The openai client asks for the processor with its first request, for which Python starts `uname` once in a process.
platform.processor()

# Threads of torch otherwise wait for each other by turning in circles, which takes the processors of other tests.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

certificates.leave_out()

# Nothing heavy is imported here: most tests need neither a server nor a browser.


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _fork_servers(tmp_path_factory: pytest.TempPathFactory, no_key_is_left: None) -> Iterator[None]:
    """`FRESH_PROCESSES=1 make test` does without: if that changes a result, the fork server is at fault."""
    if os.environ.get("FRESH_PROCESSES"):
        yield
        return
    with processes.fork_servers_in(folder_of_the_run(tmp_path_factory)):
        yield


@pytest.fixture(scope="session")
def argilla_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real Argilla server with the raters anna, ben and carl, for all test processes; see `live_argilla`."""
    from tests.live_argilla import LiveArgilla, running_server

    folder = folder_of_the_run(tmp_path_factory) / "argilla"

    @contextmanager
    def start() -> Iterator[Description]:
        with running_server(folder / "home") as server:
            yield {"url": server.url, "home": str(server.home), "pid": server.pid}

    with shared(folder, start) as description:
        live = LiveArgilla(description["url"], Path(description["home"]), description["pid"])
        try:
            yield live
        finally:
            live.close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium, for all tests of this process; `browser` is a clean window of it."""
    from tests.browser import headless_chromium

    with headless_chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """A headless Chromium that nobody is signed in to; see `browser.sign_in`."""
    from tests.browser import clean_window

    with clean_window(chromium):
        yield chromium
