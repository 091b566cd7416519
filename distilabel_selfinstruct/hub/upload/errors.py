"""What the Hub's clients raise, as one sentence each, and which of it is worth another attempt."""

import re
from collections.abc import Iterator
from http import HTTPStatus

_TRANSIENT = frozenset(
    {
        HTTPStatus.PRECONDITION_FAILED,  # someone else has committed meanwhile
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses that a later attempt may not meet."""

_CONNECTION = re.compile(r"connect|network|timeout|protocol|remotedisconnected|readerror|writeerror", re.IGNORECASE)


def status_of(error: BaseException) -> int | None:
    """The HTTP status of a client's error or of what caused it; None where no answer came."""
    statuses = (getattr(getattr(one, "response", None), "status_code", None) for one in _chain(error))
    return next((status for status in statuses if isinstance(status, int)), None)


def is_not_found(error: BaseException) -> bool:
    """Whether there is no such repository. For one that the token may not see, the Hub says the same, or 401."""
    return type(error).__name__ == "RepositoryNotFoundError" or status_of(error) == HTTPStatus.NOT_FOUND


def is_transient(error: BaseException) -> bool:
    """Whether the same request may work soon."""
    status = status_of(error)
    return status in _TRANSIENT if status is not None else _is_unreachable(error)


def sentence(error: BaseException, repo_id: str, endpoint: str, token: str) -> str:
    """What went wrong and what to do about it, without the token."""
    owner = repo_id.partition("/")[0]
    status = status_of(error)
    said = _words(error).replace(token, "***")
    again = "What was sent is kept there: the same command goes on"
    if status == HTTPStatus.UNAUTHORIZED:
        return (
            f"The Hub at {endpoint} does not accept the token (401): make one with write access to {owner} in "
            "the Hub's settings, and set HF_TOKEN or sign in with hf auth login."
        )
    if status == HTTPStatus.FORBIDDEN:
        return f"The token may not write to {repo_id} (403): it needs write access to {owner}. The Hub says: {said}"
    if status == HTTPStatus.NOT_FOUND:
        return f"The Hub at {endpoint} has no {repo_id} for this token (404): check the name, and who owns it."
    if status in (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED):
        return f"Someone else changes {repo_id} at the same time ({status}): run the same command again."
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"The Hub asks to wait: too many requests (429). {again} in some minutes."
    if status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"The Hub at {endpoint} has an error of its own ({status}). {again} when that is over."
    if status is not None:
        return f"The Hub refuses {repo_id} ({status}): {said}"
    if _is_unreachable(error):
        return f"Cannot reach the Hub at {endpoint} ({said}). {again} when it can be reached."
    return f"Publishing to {repo_id} failed: {said}"


def _is_unreachable(error: BaseException) -> bool:
    return any(
        isinstance(one, (ConnectionError, TimeoutError)) or _CONNECTION.search(type(one).__name__)
        for one in _chain(error)
    )


def _words(error: BaseException) -> str:
    """What the server said; else what the innermost error says, which knows best."""
    chain = list(_chain(error))
    said = next((str(words) for of in chain if (words := getattr(of, "server_message", None))), "")
    said = said or next((str(of) for of in reversed(chain) if str(of)), "") or type(error).__name__
    return re.sub(r"\s+", " ", said).strip()[:300]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it, what caused that, and so on."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__
