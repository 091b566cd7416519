"""What aiohttp's errors mean, under the names that users know."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from distilabel_selfinstruct.llms.transport.errors import (
    APIAnswerError,
    APIConnectionError,
    APIError,
    RequestTimeoutError,
)

BROKEN = "The server closed the connection before its answer was whole"


@contextmanager
def named_errors(host: str, seconds: float) -> Iterator[None]:
    """Raise errors of a request to a host as `APIError`.

    Raises:
        APIError: aiohttp raised an error in the block. It is the cause.
    """
    import aiohttp

    try:
        yield
    except asyncio.TimeoutError as error:
        raise RequestTimeoutError(seconds) from error
    except (aiohttp.ClientError, OSError) as error:
        raise _named(error, host) from error


def _named(error: Exception, host: str) -> APIError:
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        said = getattr(error.certificate_error, "verify_message", "") or error.certificate_error
        return APIConnectionError(f"The certificate of {host} is not trusted: {said}")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return APIConnectionError(f"The proxy refuses (HTTP {error.status})")
    if isinstance(error, aiohttp.ClientConnectorError):
        return APIConnectionError(error.os_error)
    if "content-encoding" in str(error):
        return APIAnswerError("the answer is packed, and cannot be unpacked")
    if isinstance(error, aiohttp.ClientResponseError):
        return APIAnswerError("what answers does not speak HTTP")
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
        return APIConnectionError(BROKEN)
    return APIConnectionError(error)
