"""Parts that many tests share and that take seconds to start."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# One profile for all property tests: how long an example takes depends on what else the machine does.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")

# Nothing heavy is imported here: most tests need neither a server nor a browser.


@pytest.fixture(scope="session")
def argilla_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real Argilla server with the raters anna, ben and carl; see `live_argilla.LiveArgilla`."""
    from tests.live_argilla import live_argilla

    with live_argilla(tmp_path_factory.mktemp("argilla") / "home") as server:
        yield server


@pytest.fixture
def browser(tmp_path: Any) -> Iterator[Any]:
    """A headless Chromium that nobody is signed in to; see `browser.sign_in`."""
    from tests.browser import headless_chromium

    with headless_chromium(tmp_path / "chromium") as driver:
        yield driver
