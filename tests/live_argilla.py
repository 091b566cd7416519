"""A real Argilla server for tests, embedded and started by this package."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.argilla_server import RunningServer, start
from distilabel_selfinstruct.argilla_server.environment import ensure_environment
from distilabel_selfinstruct.argilla_server.home import Home
from distilabel_selfinstruct.errors import ArgillaServerError
from tests import certificates

RATERS = ("anna", "ben", "carl")


class LiveArgilla:
    """A server that runs: its address, the key of its owner, and its raters."""

    def __init__(self, url: str, home: Path, pid: int) -> None:
        self.url = url
        self.home = home
        self.pid = pid
        credentials = Home(home).saved_credentials()
        assert credentials is not None
        self._accounts = {account.username: account for account in credentials.accounts}
        self.api_key = self.rater("owner")[2]
        self._clients: dict[str, Any] = {}

    def rater(self, name: str) -> tuple[str, str, str]:
        """User name, password and API key of a rater, or of `owner`."""
        account = self._accounts[name]
        return account.username, account.password, account.api_key

    def client(self, name: str = "owner") -> Any:
        """Argilla's client for the owner or a rater; it is closed with the server."""
        import argilla as rg

        if name not in self._clients:
            self._clients[name] = rg.Argilla(api_url=self.url, api_key=self.rater(name)[2])
        return self._clients[name]

    def close(self) -> None:
        for client in self._clients.values():
            client.http_client.close()


def skip_or_fail(reason: str) -> None:
    """Skip a test whose parts are missing; fail it where nothing may be missing (in CI)."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def server_python() -> Path:
    """The Python of the server's environment, which is installed if need be."""
    try:
        with certificates.as_they_were():
            return ensure_environment(on_progress=lambda _: None)
    except ArgillaServerError as error:
        skip_or_fail(f"The Argilla server cannot be installed: {error}")
        raise


@contextmanager
def running_server(home: Path) -> Iterator[RunningServer]:
    """A server of its own, with the raters; it ends with this."""
    server_python()
    with start(home, port=0, raters=RATERS, on_progress=lambda _: None) as server:
        yield server
