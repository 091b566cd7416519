"""The connection to Argilla: to the server that the user names, or else to the embedded server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ArgillaError, ArgillaServerError, ConfigError

if TYPE_CHECKING:
    import argilla as rg

    from distilabel_selfinstruct.argilla_server import Connection

URL_VARIABLE = "ARGILLA_API_URL"
KEY_VARIABLE = "ARGILLA_API_KEY"
SPACE_VARIABLE = "ARGILLA_SPACE_TOKEN"
"""A token of the Hub that may only read the private Space in which Argilla runs."""

CONNECT_RETRIES = 2
"""How often the client tries again when a connection is refused. With its pauses that takes about a second."""

MAX_QUOTED = 200
"""Characters of a server's own message that an error message quotes."""


def connect(
    api_url: str | None = None,
    api_key: str | None = None,
    home: str | os.PathLike[str] | None = None,
    *,
    timeout: int = 120,
) -> "rg.Argilla":
    """An Argilla client whose key the server has accepted.

    The arguments come first, then the environment (`ARGILLA_API_URL`, `ARGILLA_API_KEY`), and then the embedded server
    that runs on this machine. A key is sent only to the address that it was given for.

    Args:
        api_url: address of the server.
        api_key: key of a user who may make datasets: an owner, or an admin of the workspace.
        home: home of the embedded server; by default the default home of `selfinstruct review serve`.
        timeout: the longest wait for an answer, in seconds.

    Raises:
        ConfigError: an address is given without a key, a key without an address, or something that is not an address.
        ArgillaServerError: the embedded server is needed and does not run.
        ArgillaError: the server cannot be reached, refuses the key, or is not Argilla.
        InputFileError: the credentials of the embedded server are damaged.
    """
    url, key = _address(api_url, api_key, home)
    return _client(url, key, timeout)


@contextmanager
def open_client(
    client: "rg.Argilla | None" = None,
    *,
    api_url: str | None = None,
    api_key: str | None = None,
    home: str | os.PathLike[str] | None = None,
) -> Iterator["rg.Argilla"]:
    """Yield the given client, or else a new one from `connect`, which is closed at the end.

    Raises:
        ConfigError, ArgillaError, InputFileError: as in `connect`.
    """
    if client is not None:
        yield client
        return
    own = connect(api_url, api_key, home)
    try:
        yield own
    finally:
        own.http_client.close()


def _address(api_url: str | None, api_key: str | None, home: str | os.PathLike[str] | None) -> tuple[str, str]:
    if home is not None and api_url is None:
        running = _running(home)
        if running is None:
            raise ArgillaServerError(
                f"No Argilla runs in {home}: start it with 'selfinstruct review serve --home {home}'."
            )
        return running.url, api_key or running.api_key
    url, key = api_url or os.environ.get(URL_VARIABLE), api_key or os.environ.get(KEY_VARIABLE)
    if url and key:
        return url, key
    running = _running(home)
    if url:
        if running is not None and running.url.rstrip("/") == url.rstrip("/"):
            return url, running.api_key
        raise ConfigError(f"There is no API key for {redact_url(url)}: set the environment variable {KEY_VARIABLE}.")
    if running is not None:
        return running.url, running.api_key
    if key:
        raise ConfigError(f"There is an API key but no address to send it to: give `api_url` or set {URL_VARIABLE}.")
    raise ArgillaServerError(
        "No Argilla is running: start one with 'selfinstruct review serve' in another terminal, or give the address "
        f"and key of a hosted one with `api_url` and {KEY_VARIABLE}."
    )


def _running(home: str | os.PathLike[str] | None) -> "Connection | None":
    from distilabel_selfinstruct.argilla_server import find_running

    return find_running(None if home is None else Path(home))


def _client(url: str, key: str, timeout: int) -> "rg.Argilla":
    import argilla as rg

    if not _is_address(url):
        raise ConfigError(f"{redact_url(url)!r} is not the address of a server: write it with http:// or https://.")
    with server_errors(url):
        _check(url, key, timeout)
        return rg.Argilla(
            api_url=url, api_key=key, timeout=timeout, retries=CONNECT_RETRIES, headers=_space_headers(url)
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # as of an unfinished IPv6 address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _check(url: str, key: str, timeout: int) -> None:
    """Ask the server whose key this is. The SDK also asks, but if that fails it leaves its connection open."""
    import httpx

    transport = httpx.HTTPTransport(retries=CONNECT_RETRIES)
    headers = {"X-Argilla-Api-Key": key, **_space_headers(url)}
    with httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport) as client:
        response = client.get("/api/v1/me")
    if response.status_code in {401, 403}:
        _refuse_key(url)
    if response.is_server_error:
        response.raise_for_status()
    if not response.is_success or "username" not in response.json():
        raise ArgillaError(
            f"The server at {redact_url(url)} is not Argilla (status {response.status_code}): check the address.",
            redact_url(url),
        )


def _refuse_key(url: str, cause: Exception | None = None) -> NoReturn:
    raise ArgillaError(
        f"Argilla at {redact_url(url)} does not know this API key: take it from your user settings there.",
        redact_url(url),
    ) from cause


def _space_headers(url: str) -> dict[str, str]:
    """The header that a private Space of the Hub wants to see before it passes a request on to its Argilla.

    It is not `HF_TOKEN`: anybody can have a Space, and would get the whole account of who reads their address.
    """
    token = os.environ.get(SPACE_VARIABLE, "").strip()
    in_a_space = urlsplit(url).scheme == "https" and (urlsplit(url).hostname or "").endswith(".hf.space")
    return {"Authorization": f"Bearer {token}"} if token and in_a_space else {}


@contextmanager
def server_errors(url: str) -> Iterator[None]:
    """Turn the exceptions of the client and its transport into one sentence about the server at `url`.

    Raises:
        ArgillaError: the server cannot be reached, refuses, or is not Argilla.
    """
    import httpx
    from argilla._exceptions import ArgillaAPIError, ArgillaCredentialsError, ForbiddenError, UnauthorizedError

    address = redact_url(url)
    try:
        yield
    except (ArgillaCredentialsError, UnauthorizedError) as error:
        _refuse_key(url, error)
    except ForbiddenError as error:
        raise ArgillaError(
            f"Argilla at {address} does not let this user do that: use the API key of an owner, or of an admin of "
            "the workspace.",
            address,
        ) from error
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise ArgillaError(
            f"Argilla at {address} cannot be reached ({one_line(error)}): check the address, and that it runs.", address
        ) from error
    except (ArgillaAPIError, httpx.HTTPStatusError) as error:
        raise ArgillaError(f"Argilla at {address} failed ({one_line(error)}): look into its log.", address) from error
    except (ValueError, TypeError) as error:  # the answer is not JSON, or is JSON of something else
        raise ArgillaError(
            f"The server at {address} does not answer as Argilla does ({type(error).__name__}): check the address.",
            address,
        ) from error


def one_line(error: BaseException) -> str:
    """The message of an exception on one line, of at most `MAX_QUOTED` characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= MAX_QUOTED else text[:MAX_QUOTED] + "…"
