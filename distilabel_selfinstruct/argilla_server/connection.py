"""Finds the embedded Argilla server that runs on this machine."""

import json
import os
from dataclasses import dataclass
from urllib.request import ProxyHandler, Request, build_opener

from distilabel_selfinstruct.argilla_server.home import Home

_SECONDS_TO_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Connection:
    """The address of a server, and the key of its owner."""

    url: str
    api_key: str

    def __repr__(self) -> str:
        return f"Connection({self.url!r})"


def find_running(home: str | os.PathLike[str] | None = None) -> Connection | None:
    """The server that runs in a home; None if there is none or it does not answer.

    Args:
        home: the folder; by default `DEFAULT_HOME`.

    Raises:
        InputFileError: the file with the credentials is damaged.
    """
    folder = Home(home)
    # If nobody holds the lock, the file is of an earlier server, and a stranger may listen at its address.
    address = folder.server_address() if folder.is_held else None
    credentials = folder.saved_credentials() if address else None
    if address is None or credentials is None:
        return None
    connection = Connection(address.url, credentials.owner.api_key)
    return connection if answers(connection) else None


def answers(connection: Connection) -> bool:
    """Whether a server answers and accepts the key."""
    request = Request(f"{connection.url}/api/v1/me", headers={"X-Argilla-Api-Key": connection.api_key})  # noqa: S310
    opener = build_opener(ProxyHandler({}))  # a proxy cannot reach this machine's own addresses
    try:
        with opener.open(request, timeout=_SECONDS_TO_ANSWER) as response:
            return "username" in json.load(response)
    except (OSError, ValueError):
        return False
