"""Addresses of servers, as they may be shown and kept."""

import base64
import re
from urllib.parse import unquote, unquote_plus

_SHORTEST_KEY = 8
"""Letters of a value in a query that may be a key; a version or a number is none."""

_QUERY = re.compile(r"[?#].*", re.DOTALL)


def redact_url(url: str) -> str:
    """The address without the parts that may be secret: a user, a password, a query. Any text can be redacted."""
    scheme, separator, rest = _QUERY.sub("", url).partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}".rstrip("/") if separator else scheme.rpartition("@")[2]


def secrets_of_url(url: str) -> tuple[str, ...]:
    """The parts of an address that `redact_url` leaves out, the longest first, to be cut out of messages.

    User and password also as they are sent, in Base64, and the values of a query also alone.
    """
    path, _, query = url.partition("#")[0].partition("?")
    user = path.partition("://")[2].rpartition("@")[0]
    plain = unquote(user)
    name, _, password = user.partition(":")
    sent = f"{unquote(name)}:{unquote(password)}" if user else ""  # a user without a password has an empty one
    parts = {user, plain, base64.b64encode(sent.encode("utf-8", "replace")).decode("ascii"), query}
    parts |= {password, unquote(password)}
    for value in (part.partition("=")[2] for part in query.split("&")):
        if len(value) >= _SHORTEST_KEY:
            parts |= {value, unquote(value), unquote_plus(value)}
    return tuple(sorted(parts - {""}, key=len, reverse=True))
