"""What goes wrong between a request and its answer, under the names of OpenAI's client, which users know.

APIError
├── APIConnectionError              no answer came
├── RequestTimeoutError             not in time
├── APIAnswerError                  what came is no HTTP, or more than is taken
└── APIStatusError                  the server refuses (`status_code`, `body`, `headers`, `code`)
    ├── BadRequestError             400
    ├── AuthenticationError         401
    ├── PermissionDeniedError       403
    ├── NotFoundError               404
    ├── ConflictError               409
    ├── UnprocessableEntityError    422
    ├── RateLimitError              429
    ├── RedirectError               3xx, to a place where the key is not sent
    └── InternalServerError         500 and above
"""

import json
from collections.abc import Mapping
from typing import Any

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.llms.transport.answer import HttpAnswer


class APIError(Exception):
    """No usable answer came to a request."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Workers send errors to the main process."""
        return _restored, (type(self), self.args, self.__dict__)


class APIConnectionError(APIError):
    """The connection could not be made, or broke before the whole answer was there. `__cause__` says why."""

    def __init__(self, cause: object = "") -> None:
        said = str(cause).strip()
        super().__init__(f"Connection error. {said[:1].upper()}{said[1:]}" if said else "Connection error.")


class RequestTimeoutError(APIError, TimeoutError):
    """A whole answer did not come in time, whether the server said something meanwhile or not."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no whole answer came within {seconds:g} s")


class APIAnswerError(APIError):
    """What came is no HTTP, or more than is taken."""


class APIStatusError(APIError):
    """The server answered with an error.

    `body` is the server's description of it: the object under `error`, or the whole JSON, or the text. `headers` are
    those of the answer, with names in lower case. `code` is the server's name of the error, if it gives one. `usage` is
    what the answer says of tokens: some servers bill what they break off.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        body: object,
        headers: Mapping[str, str] | None = None,
        usage: object = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status_code, self.body, self.usage = message, status, body, usage
        self.headers = headers or {}
        code = body.get("code") if isinstance(body, Mapping) else None
        self.code = code if isinstance(code, str) else None


class BadRequestError(APIStatusError):
    """400: the request cannot be understood, or has a field that the server does not take."""


class AuthenticationError(APIStatusError):
    """401: the key is wrong or missing."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such model, or no such address."""


class ConflictError(APIStatusError):
    """409: the request contradicts another one."""


class UnprocessableEntityError(APIStatusError):
    """422: a field has a value that the server does not take."""


class RateLimitError(APIStatusError):
    """429: too many requests, or no money."""


class RedirectError(APIStatusError):
    """3xx: the server sends elsewhere, and the key is for this address only."""


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

FIRST_REDIRECT, FIRST_ERROR, FIRST_SERVER_ERROR = 300, 400, 500


def error_of(answer: HttpAnswer) -> APIStatusError:
    """The error that an answer is whose status is 300 or above."""
    status, text = answer.status, answer.text.strip()
    if status < FIRST_ERROR:
        target = redact_url(answer.headers.get("location", "")) or "nowhere"
        said = f"The server redirects to {target}, where the key is not sent: use that address if you trust it."
        return RedirectError(said, status=status, body=said, headers=answer.headers)
    body: object
    try:
        body = json.loads(text)
        message = f"Error code: {status} - {body}"
    except (ValueError, RecursionError):
        body, message = text, text or f"Error code: {status}"
    usage = usage_beside(body)
    if isinstance(body, Mapping) and body.get("error"):
        body = body["error"]
    kind = BY_STATUS.get(status, InternalServerError if status >= FIRST_SERVER_ERROR else APIStatusError)
    return kind(message, status=status, body=body, headers=answer.headers, usage=usage)


def usage_beside(body: object) -> object:
    """What the body of an error says of tokens: beside the error, or in it; None if it says nothing."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return next(
        (holder["usage"] for holder in (body, error) if isinstance(holder, Mapping) and "usage" in holder), None
    )


def _restored(kind: type[APIError], args: tuple[Any, ...], state: dict[str, Any]) -> APIError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
