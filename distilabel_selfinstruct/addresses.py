"""Addresses of servers, as they may be shown and kept."""

import base64
import re
from urllib.parse import unquote

_QUERY = re.compile(r"[?#].*", re.DOTALL)


def redact_url(url: str) -> str:
    """The address without the parts that may be secret: a user, a password, a query. Any text can be redacted."""
    scheme, separator, rest = _QUERY.sub("", url).partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}".rstrip("/") if separator else scheme.rpartition("@")[2]


def secrets_of_url(url: str) -> tuple[str, ...]:
    """The parts of an address that `redact_url` leaves out, the longest first, to be cut out of messages.

    User and password also as they are sent, in Base64.
    """
    path, mark, query = url.partition("?")
    user = path.partition("://")[2].rpartition("@")[0]
    plain = unquote(user)
    sent = base64.b64encode(plain.encode("utf-8", "replace")).decode("ascii")
    passwords = {text.partition(":")[2] for text in (user, plain)}
    parts = {user, plain, sent, *passwords, query.partition("#")[0] if mark else ""}
    return tuple(sorted(parts - {""}, key=len, reverse=True))
