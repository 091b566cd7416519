"""Asks the endpoints of an OpenAI-compatible server."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms.transport.errors import (
    APIConnectionError,
    APIStatusError,
    RequestTimeoutError,
    error_of,
)
from distilabel_selfinstruct.llms.transport.pool import ConnectionPool
from distilabel_selfinstruct.llms.transport.proxies import Origin, basic_authorization, origin_of
from distilabel_selfinstruct.llms.transport.reader import ACCEPTED_PACKINGS, MOST_BYTES, HttpAnswer

JSON = "application/json"

MOST_REDIRECTS = 5

MOST_HEADS = 16
"""Addresses whose heads are kept: those with names of files in them are rarely asked twice."""

_PASSING = frozenset({408, 409, 425, 429})
_FIRST_PASSING = 500
_OK = range(200, 300)
_SAFE = "/?%:@!$&'()*+,;=~-._[]"
_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_KEPT = frozenset({307, 308})
"""Redirects after which the same request is sent again; after others a POST becomes a GET, which is no request."""


def may_pass(error: Exception) -> bool:
    """Whether the same request may be answered later."""
    if isinstance(error, APIStatusError):
        return error.status_code in _PASSING or error.status_code >= _FIRST_PASSING
    return isinstance(error, APIConnectionError | RequestTimeoutError)


def encoded(body: Mapping[str, Any]) -> bytes:
    """A body as JSON.

    Raises:
        ValueError: it holds what JSON or UTF-8 cannot: NaN, or half of a surrogate pair.
    """
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


class ServerClient:
    """Asks one server, as many requests at a time as it is given.

    It sends its key to the origin of its address alone: a redirect to another one is an error.

    Args:
        base_url: the address of the API, up to and including `/v1`. A user and a password in it are sent instead of
            the key; a query is added to each address.
        key: the key.
        seconds: for the whole of an answer.
        headers: further headers of each request.
        trusts_environment: whether the environment names proxies and certificates for the server.

    Raises:
        ConfigError: the address is none, or a header is none.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        trusts_environment: bool = True,
    ) -> None:
        self.seconds = seconds
        base_url = base_url.strip()
        self._pool = ConnectionPool(origin_of(base_url), trusts_environment=trusts_environment)
        parts = urlsplit(base_url)
        self._path, self._query = quote(parts.path, safe=_SAFE).rstrip("/"), quote(parts.query, safe=_SAFE)
        self._heads: dict[tuple[str, str, str], bytes] = {}
        self._headers = {
            "Host": self._pool.origin.authority,
            "Accept": JSON,
            "Accept-Encoding": ACCEPTED_PACKINGS,
            "User-Agent": "distilabel-selfinstruct",
            "Authorization": basic_authorization(base_url) or f"Bearer {key}",
            **_checked(headers or {}),
        }
        if (proxy := self._pool.plain_proxy) is not None and proxy.authorization:
            self._headers["Proxy-Authorization"] = proxy.authorization

    async def get(self, path: str, *, most_bytes: int = MOST_BYTES, **query: Any) -> HttpAnswer:
        """What is at a path. It is asked for once.

        Raises:
            APIError: there is no answer, or it is an error.
        """
        given = urlencode(query)
        return await self.ask("GET", f"{quote(path)}?{given}" if given else quote(path), most_bytes=most_bytes)

    async def ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        content_type: str = JSON,
        *,
        most_bytes: int = MOST_BYTES,
        is_safe: bool = True,
    ) -> HttpAnswer:
        """The answer to a request that is sent once.

        Args:
            method: GET or POST.
            path: from the base URL on, with its query.
            content: the body.
            content_type: what the body is.
            most_bytes: of the answer that are taken.
            is_safe: whether it may be sent on another connection when the server closed the first one unseen.

        Raises:
            APIError: there is no answer, or it is an error.
        """
        target = self._target(path)
        for _ in range(MOST_REDIRECTS):
            length = b"\r\n" if method == "GET" else b"Content-Length: %d\r\n\r\n" % len(content)
            request = self._head(method, target, content_type) + length + content
            answer = await self._pool.ask(request, self.seconds, most_bytes, is_safe=is_safe)
            if answer.status in _OK:
                return answer
            moved = self._moved(answer, method, target)
            if moved is None:
                break
            target = moved
        raise error_of(answer)

    async def close(self) -> None:
        """Close the connections; from the event loop in which they were used."""
        await self._pool.close()

    def _target(self, path: str) -> str:
        path, _, query = f"{self._path}{path}".partition("?")
        queries = "&".join(filter(None, (self._query, query)))
        return f"{path}?{queries}" if queries else path

    def _moved(self, answer: HttpAnswer, method: str, target: str) -> str | None:
        """Where the same server has what is asked for; None if it sends elsewhere."""
        location = answer.headers.get("location", "")
        is_kept = answer.status in _KEPT or (method == "GET" and answer.status in (301, 302, 303))
        if not location or not is_kept:
            return None
        try:
            url = urljoin(f"{_address(self._pool.origin)}{target}", location)
            if origin_of(url) != self._pool.origin:
                return None
        except (ConfigError, ValueError):
            return None
        parts = urlsplit(url)
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

    def _head(self, method: str, target: str, content_type: str) -> bytes:
        """The head of a request, without the length of its body."""
        known = self._heads.get((method, target, content_type))
        if known is not None:
            return known
        if self._pool.plain_proxy is not None:
            target = f"{_address(self._pool.origin)}{target}"
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in self._headers.items())]
        if method != "GET":
            lines.append(f"Content-Type: {content_type}")
        made = "\r\n".join([*lines, ""]).encode("latin-1")
        if len(self._heads) < MOST_HEADS:
            self._heads[method, target, content_type] = made
        return made


def _checked(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers, which must each be one line; their values may be secret."""
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ConfigError(f"default_headers: {name[:40]!r} cannot be sent as a header: use one line of Latin-1.")
    return headers


def _address(origin: Origin) -> str:
    return f"{origin.scheme}://{origin.authority}"
