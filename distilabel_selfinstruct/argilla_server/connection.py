"""Find the embedded Argilla server that runs on this machine."""

import json
import os
from dataclasses import dataclass
from urllib.request import ProxyHandler, Request, build_opener

from distilabel_selfinstruct.argilla_server.home import Home

_SECONDS_TO_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a server answers, and the key of its owner."""

    url: str
    api_key: str

    def __repr__(self) -> str:
        return f"Connection({self.url!r})"


def find_running(home: str | os.PathLike[str] | None = None) -> Connection | None:
    """The server that runs in a home, if one does and answers.

    Args:
        home: its folder; by default `DEFAULT_HOME`.

    Raises:
        ArgillaServerError: the home's file of credentials is damaged.
    """
    place = Home(home)
    # The lock first: if nobody holds it, whoever listens at the address that was left behind must not get the key.
    description = place.server_description() if place.is_held else None
    credentials = place.saved_credentials() if description else None
    if description is None or credentials is None:
        return None
    connection = Connection(str(description["url"]), credentials.owner.api_key)
    return connection if answers(connection) else None


def answers(connection: Connection) -> bool:
    """Whether a server is there and takes the key."""
    request = Request(f"{connection.url}/api/v1/me", headers={"X-Argilla-Api-Key": connection.api_key})  # noqa: S310
    opener = build_opener(ProxyHandler({}))  # a proxy cannot reach this machine's own addresses
    try:
        with opener.open(request, timeout=_SECONDS_TO_ANSWER) as response:
            return "username" in json.load(response)
    except (OSError, ValueError):
        return False
