"""The connection to Argilla: the one that was named, or the embedded server that is running."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from distilabel_selfinstruct.errors import ArgillaError

if TYPE_CHECKING:
    import argilla as rg

    from distilabel_selfinstruct.argilla_server import Connection

URL_VARIABLE = "ARGILLA_API_URL"
KEY_VARIABLE = "ARGILLA_API_KEY"

CONNECT_RETRIES = 2
"""How often a refused connection is tried again; with the client's pauses that is about a second."""

MAX_SAID = 200
"""Characters of a server's own words in an error message."""


def connect(
    api_url: str | None = None,
    api_key: str | None = None,
    home: str | os.PathLike[str] | None = None,
    *,
    timeout: int = 120,
) -> "rg.Argilla":
    """A client that has shown its key.

    What is given goes first, then the environment (`ARGILLA_API_URL`, `ARGILLA_API_KEY`), then the embedded server
    that runs on this machine. A key is only ever sent to the address that it was given for.

    Args:
        api_url: address of the server.
        api_key: key of a user who may make datasets: an owner, or an admin of the workspace.
        home: home of the embedded server to use; by default the one that `review serve` uses by default.
        timeout: the longest wait for an answer, in seconds.

    Raises:
        ArgillaError: there is no server or no key, it cannot be reached, it refuses the key or is no Argilla.
    """
    url, key = _address(api_url, api_key, home)
    return _client(url, key, timeout)


def _address(api_url: str | None, api_key: str | None, home: str | os.PathLike[str] | None) -> tuple[str, str]:
    if home is not None and api_url is None:
        running = _running(home)
        if running is None:
            raise ArgillaError(f"No Argilla runs in {home}: start it with 'selfinstruct review serve --home {home}'.")
        return running.url, api_key or running.api_key
    url, key = api_url or os.environ.get(URL_VARIABLE), api_key or os.environ.get(KEY_VARIABLE)
    if url and key:
        return url, key
    running = _running(home)
    if url:
        if running is not None and running.url.rstrip("/") == url.rstrip("/"):
            return url, running.api_key
        raise ArgillaError(f"There is no API key for {shown(url)}: set the environment variable {KEY_VARIABLE}.")
    if running is not None:
        return running.url, running.api_key
    if key:
        raise ArgillaError(f"There is an API key and no address to send it to: give --api-url or set {URL_VARIABLE}.")
    raise ArgillaError(
        "No Argilla is running: start one with 'selfinstruct review serve' in another terminal, or give the address "
        f"and key of a hosted one with --api-url and {KEY_VARIABLE}."
    )


def _running(home: str | os.PathLike[str] | None) -> "Connection | None":
    from distilabel_selfinstruct.argilla_server import find_running

    return find_running(None if home is None else Path(home))


def _client(url: str, key: str, timeout: int) -> "rg.Argilla":
    import argilla as rg

    if urlsplit(url).scheme not in {"http", "https"}:
        raise ArgillaError(f"{shown(url)!r} is no address of a server: write it with http:// or https://.")
    with server_errors(url):
        _check(url, key, timeout)
        return rg.Argilla(
            api_url=url, api_key=key, timeout=timeout, retries=CONNECT_RETRIES, headers=_space_headers(url)
        )


def _check(url: str, key: str, timeout: int) -> None:
    """Ask who the key belongs to. The SDK asks too, but leaves its connection open when that fails."""
    import httpx

    transport = httpx.HTTPTransport(retries=CONNECT_RETRIES)
    headers = {"X-Argilla-Api-Key": key, **_space_headers(url)}
    with httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport) as client:
        response = client.get("/api/v1/me")
    if response.status_code in {401, 403}:
        raise ArgillaError(
            f"Argilla at {shown(url)} does not know this API key: take it from your user settings there."
        )
    if response.is_server_error:
        response.raise_for_status()
    if not response.is_success or "username" not in response.json():
        raise ArgillaError(
            f"What answers at {shown(url)} is no Argilla (status {response.status_code}): check the address."
        )


def _space_headers(url: str) -> dict[str, str]:
    """What a private Space of the Hub asks for before its Argilla is asked."""
    token = os.environ.get("HF_TOKEN")
    in_a_space = urlsplit(url).scheme == "https" and (urlsplit(url).hostname or "").endswith(".hf.space")
    return {"Authorization": f"Bearer {token}"} if token and in_a_space else {}


@contextmanager
def server_errors(url: str) -> Iterator[None]:
    """Turn what the client and its transport raise into one sentence about the server at `url`.

    Raises:
        ArgillaError: the server cannot be reached, refuses, or is no Argilla.
    """
    import httpx
    from argilla._exceptions import ArgillaAPIError, ArgillaCredentialsError, ForbiddenError, UnauthorizedError

    try:
        yield
    except (ArgillaCredentialsError, UnauthorizedError) as error:
        raise ArgillaError(
            f"Argilla at {shown(url)} does not know this API key: take it from your user settings there."
        ) from error
    except ForbiddenError as error:
        raise ArgillaError(
            f"Argilla at {shown(url)} does not let this user do that: use the API key of an owner, or of an admin of "
            "the workspace."
        ) from error
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise ArgillaError(
            f"Argilla at {shown(url)} cannot be reached ({said(error)}): check the address, and that it runs."
        ) from error
    except (ArgillaAPIError, httpx.HTTPStatusError) as error:
        raise ArgillaError(f"Argilla at {shown(url)} failed ({said(error)}): look into its log.") from error
    except (ValueError, TypeError) as error:  # a page that is no JSON, or JSON of something else
        raise ArgillaError(
            f"What answers at {shown(url)} is no Argilla that can be used ({type(error).__name__}): check the address."
        ) from error


def said(error: BaseException) -> str:
    """What an error says, on one line of at most 200 characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= MAX_SAID else text[:MAX_SAID] + "…"


def shown(url: str) -> str:
    """The address without what may be secret in it: a user, a password, a query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/") if host else url.partition("?")[0]
