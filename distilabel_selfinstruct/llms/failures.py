"""What a request that failed says about the server, about the request, and about when to ask again."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from distilabel.models.llms.base import LLM
from pydantic import SecretStr

from distilabel_selfinstruct.addresses import redact_url, secrets_of_url
from distilabel_selfinstruct.llms.reading_answers import BrokenAnswerError, WrongAPIError
from distilabel_selfinstruct.llms.retry_after import seconds_to_wait
from distilabel_selfinstruct.llms.transport.errors import FIRST_ERROR, FIRST_SERVER_ERROR, APIAnswerError
from distilabel_selfinstruct.llms.transport.proxies import secrets_of_proxies
from distilabel_selfinstruct.words import escape_controls


class FailureKind(Enum):
    """What a failure is about."""

    THROTTLED = "throttled"
    """The server has more to do than it can: fewer requests at a time, later."""
    LATE = "late"
    """No whole answer came in time: the server has too much to do, or this request takes it too long."""
    LOST = "lost"
    """The connection to the server failed."""
    BROKEN = "broken"
    """The server failed at the request, or answered something that is no answer."""
    REFUSED = "refused"
    """The server knows the sender, and says no: a revoked key, a model that is gone, an account without money."""
    OWN = "own"
    """This request cannot be answered, as when its prompt is too long: another one can."""

    @property
    def concerns_the_request(self) -> bool:
        """True where the request itself may be the cause, though another one may be answered."""
        return self in (FailureKind.LATE, FailureKind.BROKEN, FailureKind.OWN)

    @property
    def is_too_much(self) -> bool:
        """True where fewer requests at a time may help."""
        return self in (FailureKind.THROTTLED, FailureKind.LATE)


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed. `said` names the error in one line, without secrets.

    `retry_after` is for how many seconds the server asks to be left alone; None if it does not say.
    """

    kind: FailureKind
    said: str
    retry_after: float | None = None


KINDS_BY_STATUS = {
    401: FailureKind.REFUSED,
    402: FailureKind.REFUSED,
    403: FailureKind.REFUSED,
    404: FailureKind.REFUSED,
    408: FailureKind.LATE,
    409: FailureKind.BROKEN,
    425: FailureKind.BROKEN,
    429: FailureKind.THROTTLED,
    503: FailureKind.THROTTLED,
    504: FailureKind.LATE,
    529: FailureKind.THROTTLED,  # Anthropic: overloaded
}
"""What HTTP status codes say. Others of the server's own errors are `BROKEN`, and the rest is `OWN`."""

NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Codes of OpenAI with HTTP 429 that no waiting remedies."""


MOST_SAID = 500
"""Letters of what a server says that are kept: some send a page, or repeat the prompt."""

_WEB_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.IGNORECASE)

# A tag never holds another one, so that a page of a million `<` is passed over once, and not once from each of them.
_TAG = re.compile(
    r"<(?:style|script)\b(?:(?!<(?:style|script)\b).)*?</(?:style|script)>|<[^<>]*>", re.IGNORECASE | re.DOTALL
)


def failure_of(llm: LLM, error: Exception, wall: float) -> Failure:
    """What an exception of a client means.

    Args:
        llm: the one that was asked; its keys are cut out of what is said.
        error: what it raised.
        wall: the time of day, as seconds since 1970 in UTC.
    """
    status = _status(error)
    kind = _kind(error, status)
    headers = _headers(error)
    may_pass = kind not in (FailureKind.REFUSED, FailureKind.OWN)
    return Failure(kind, said_by(llm, error), seconds_to_wait(headers, wall) if may_pass else None)


def said_by(llm: LLM, error: Exception) -> str:
    """The name of an error and what the server says, in one line of at most `MOST_SAID` letters, without secrets."""
    status = _status(error)
    code = f" (HTTP {status})" if status is not None else ""
    return f"{type(error).__name__}{code}: {said_in(llm, error)}"


def said_in(llm: LLM, error: Exception) -> str:
    """What the server says, in one line, without secrets: its message, or the title where it sent a web page."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, Mapping) else None
    text = said if isinstance(said, str) and said.strip() else str(error)
    if _WEB_PAGE.search(text):
        title = next((found[1] for found in _TITLE.finditer(text) if found[1].strip()), "")
        text = title or _TAG.sub(" ", text)
    return in_one_line(llm, text)


def in_one_line(llm: LLM, text: str) -> str:
    """Any words of a server in one line of at most `MOST_SAID` letters, without secrets."""
    # Cut to size last: half a secret is one still. In our messages backticks mark the names of options.
    text = without_secrets(llm, " ".join(text.split())).replace("`", "'")
    text = escape_controls(text)  # a terminal, a file and other processes get it
    return text if len(text) <= MOST_SAID else f"{text[:MOST_SAID]}…"


def without_secrets(llm: LLM, text: str) -> str:
    """A text without the keys of an LLM, and without what its address and those of proxies hold besides the host."""
    secrets = [value.get_secret_value() for _, value in llm if isinstance(value, SecretStr)]
    address = getattr(llm, "base_url", None)
    if isinstance(address, str):
        text = text.replace(address, redact_url(address))
        secrets += secrets_of_url(address)
    secrets += secrets_of_proxies()
    for secret in sorted(secrets, key=len, reverse=True):  # one may be a part of another
        if secret:
            text = text.replace(secret, "***")
    return text


def _kind(error: Exception, status: int | None) -> FailureKind:
    if status is None:
        return _kind_without_status(error)
    if status in KINDS_BY_STATUS and getattr(error, "code", None) in NO_MONEY:
        return FailureKind.REFUSED
    if status < FIRST_ERROR:  # a redirect, which all requests get
        return FailureKind.REFUSED
    return KINDS_BY_STATUS.get(status, FailureKind.BROKEN if status >= FIRST_SERVER_ERROR else FailureKind.OWN)


def _kind_without_status(error: Exception) -> FailureKind:
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, asyncio.TimeoutError | TimeoutError) or names & {"APITimeoutError", "TimeoutException"}:
        return FailureKind.LATE
    # Names of openai, anthropic, groq (APIConnectionError), httpx (TransportError) and aiohttp (the others).
    lost = {"APIConnectionError", "TransportError", "ClientConnectionError", "ClientPayloadError"}
    if names & lost or isinstance(error, ConnectionError):
        return FailureKind.LOST
    is_broken = isinstance(error, BrokenAnswerError | WrongAPIError | APIAnswerError)
    return FailureKind.BROKEN if is_broken else FailureKind.OWN


def _status(error: Exception) -> int | None:
    for owner in (error, getattr(error, "response", None)):
        for name in ("status_code", "status"):
            value = getattr(owner, name, None)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
    return None


def _headers(error: Exception) -> Mapping[str, str]:
    for owner in (error, getattr(error, "response", None)):
        headers: Any = getattr(owner, "headers", None)
        if isinstance(headers, Mapping):
            return headers
    return {}
