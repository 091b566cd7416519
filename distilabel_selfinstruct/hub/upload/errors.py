"""Errors of the Hub's client: each as one sentence, and whether another attempt may help."""

import re
from collections.abc import Iterator
from http import HTTPStatus

_TRANSIENT = frozenset(
    {
        HTTPStatus.PRECONDITION_FAILED,  # someone else has committed in the meantime
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses that may be gone at the next attempt."""

_CONNECTION = re.compile(r"connect|network|timeout|protocol|remotedisconnected|readerror|writeerror", re.IGNORECASE)


def status_of(error: BaseException) -> int | None:
    """The HTTP status of an error of the client, or of its cause; None if there was no answer."""
    statuses = (getattr(getattr(link, "response", None), "status_code", None) for link in _chain(error))
    return next((status for status in statuses if isinstance(status, int)), None)


def is_not_found(error: BaseException) -> bool:
    """Whether there is no such repository. The Hub says the same, or 401, of one that the token may not see."""
    return type(error).__name__ == "RepositoryNotFoundError" or status_of(error) == HTTPStatus.NOT_FOUND


def is_transient(error: BaseException) -> bool:
    """Whether the same request may work soon."""
    status = status_of(error)
    return status in _TRANSIENT if status is not None else _is_unreachable(error)


def sentence(error: BaseException, repo_id: str, endpoint: str, token: str) -> str:
    """What went wrong and what to do about it, without the token."""
    owner = repo_id.partition("/")[0]
    status = status_of(error)
    message = _message(error).replace(token, "***")
    resume = "The Hub keeps the files that were sent: run the same command again to resume"
    if status == HTTPStatus.UNAUTHORIZED:
        return (
            f"The Hub at {endpoint} does not accept the token (401): create one with write access to {owner} in "
            "the settings of the Hub, and set HF_TOKEN or sign in with hf auth login."
        )
    if status == HTTPStatus.FORBIDDEN:
        return f"The token may not write to {repo_id} (403): it needs write access to {owner}. The Hub says: {message}"
    if status == HTTPStatus.NOT_FOUND:
        return f"The Hub at {endpoint} has no {repo_id} for this token (404): check the name and its owner."
    if status in (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED):
        return f"Someone else is changing {repo_id} at the same time ({status}): run the same command again."
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"The Hub had too many requests (429). {resume} in a few minutes."
    if status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"The Hub at {endpoint} has an error of its own ({status}). {resume} later."
    if status is not None:
        return f"The Hub refuses {repo_id} ({status}): {message}"
    if _is_unreachable(error):
        return f"Cannot reach the Hub at {endpoint} ({message}). {resume} when it can be reached."
    return f"Publishing to {repo_id} failed: {message}"


def _is_unreachable(error: BaseException) -> bool:
    return any(
        isinstance(link, (ConnectionError, TimeoutError)) or _CONNECTION.search(type(link).__name__)
        for link in _chain(error)
    )


def _message(error: BaseException) -> str:
    """The message of the server, or else that of the innermost error, which knows best."""
    chain = list(_chain(error))
    message = next((str(words) for link in chain if (words := getattr(link, "server_message", None))), "")
    message = message or next((str(link) for link in reversed(chain) if str(link)), "") or type(error).__name__
    return re.sub(r"\s+", " ", message).strip()[:300]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, its cause, the cause of its cause, and so on."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
