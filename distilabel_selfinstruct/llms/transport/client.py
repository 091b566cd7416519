"""Asks the endpoints of an OpenAI-compatible server. aiohttp is imported when a server is asked."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms.transport.answer import HttpAnswer
from distilabel_selfinstruct.llms.transport.causes import named_errors
from distilabel_selfinstruct.llms.transport.errors import (
    APIAnswerError,
    APIConnectionError,
    APIStatusError,
    RequestTimeoutError,
    error_of,
)
from distilabel_selfinstruct.llms.transport.proxies import (
    basic_authorization,
    certificates,
    origin_of,
    proxy_for,
)

if TYPE_CHECKING:
    import aiohttp
    from multidict import MultiMapping

JSON = "application/json"

MOST_REDIRECTS = 5

MOST_BYTES = 64 * 1024 * 1024
"""Of the body of an answer, unpacked: a thousand times the longest that models give."""

MOST_HEADER_BYTES = 64 * 1024

SECONDS_IDLE = 4.0
"""How long a connection is kept that nobody needs. Many servers, uvicorn among them, close theirs after five."""

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


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encoded(body: Mapping[str, Any]) -> bytes:
    """A body as JSON.

    Raises:
        ValueError: it holds what JSON or UTF-8 cannot: NaN, or half of a surrogate pair.
    """
    return _encode(body).encode()


class ServerClient:
    """Asks one server, as many requests at a time as it is given.

    It sends its key to the origin of its address alone: a redirect to another one is an error. It belongs to the event
    loop in which it first asks, until it is closed.

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
        self._origin = origin_of(base_url)
        self._proxy = proxy_for(self._origin) if trusts_environment else None
        self._trusts_environment = trusts_environment
        parts = urlsplit(base_url)
        self._path, self._query = quote(parts.path, safe=_SAFE).rstrip("/"), quote(parts.query, safe=_SAFE)
        # Of each request, not of the session: aiohttp would send those to a proxy, the key among them.
        self._headers = {
            "Accept": JSON,
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": "distilabel-selfinstruct",
            "Authorization": basic_authorization(base_url) or f"Bearer {key}",
            **_checked(headers or {}),
        }
        self._to_proxy: dict[str, str] = {}
        if self._proxy is not None and self._proxy.authorization:
            receivers = self._to_proxy if self._origin.is_encrypted else self._headers
            receivers["Proxy-Authorization"] = self._proxy.authorization
        self._session: aiohttp.ClientSession | None = None

    @property
    def is_open(self) -> bool:
        """Whether there may be connections to be closed."""
        return self._session is not None

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
    ) -> HttpAnswer:
        """The answer to a request that is sent once.

        Args:
            method: GET or POST.
            path: from the base URL on, with its query.
            content: the body.
            content_type: what the body is.
            most_bytes: of the answer that are taken.

        Raises:
            APIError: there is no answer, or it is an error.
        """
        target = self._target(path)
        for _ in range(MOST_REDIRECTS):
            answer = await self._answer(method, target, content, content_type, most_bytes)
            if answer.status in _OK:
                return answer
            moved = self._moved(answer, method, target)
            if moved is None:
                break
            target = moved
        raise error_of(answer)

    async def close(self) -> None:
        """Close the connections; from the event loop in which they were used."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _answer(self, method: str, target: str, content: bytes, content_type: str, most_bytes: int) -> HttpAnswer:
        from yarl import URL

        with named_errors(self._origin.host, self.seconds):
            async with self._opened().request(
                method,
                URL(f"{self._origin.address}{target}", encoded=True),
                data=content or None,
                headers=self._headers if method == "GET" else {**self._headers, "Content-Type": content_type},
                allow_redirects=False,
                proxy=self._proxy.origin.address if self._proxy else None,
                proxy_headers=self._to_proxy,
            ) as response:
                return HttpAnswer(response.status, _joined(response.headers), await _body(response, most_bytes))

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._session is None:
            trusted = certificates(of_environment=self._trusts_environment) if self._origin.is_encrypted else True
            self._session = aiohttp.ClientSession(
                # How many connections there are is decided by who asks.
                connector=aiohttp.TCPConnector(limit=0, ssl=trusted, keepalive_timeout=SECONDS_IDLE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self.seconds),
                max_field_size=MOST_HEADER_BYTES,
            )
        return self._session

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
            url = urljoin(f"{self._origin.address}{target}", location)
            if origin_of(url) != self._origin:
                return None
        except (ConfigError, ValueError):
            return None
        parts = urlsplit(url)
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _joined(headers: "MultiMapping[str]") -> dict[str, str]:
    joined: dict[str, str] = {}
    for given, value in headers.items():
        name = given.lower()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


async def _body(response: "aiohttp.ClientResponse", most_bytes: int) -> bytes:
    """The body of an answer, unpacked.

    Raises:
        APIAnswerError: it is longer.
    """
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > most_bytes:
            raise APIAnswerError(f"the answer is longer than {most_bytes:,} bytes")
        parts.append(part)
    return b"".join(parts)


def _checked(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers, which must each be one line; their values may be secret."""
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ConfigError(f"default_headers: {name[:40]!r} cannot be sent as a header: use one line of Latin-1.")
    return headers
