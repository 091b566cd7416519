"""Tests ask this machine only, and without encryption: their clients need no certificates.

Where SSL_CERT_FILE names a file, each client reads all of it when it is made: 35 ms, and a run makes several.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = ("SSL_CERT_DIR", "SSL_CERT_FILE")

_left_out: dict[str, str] = {}


def leave_out() -> None:
    """Take the variables out of the environment of this process, and so of those that it starts."""
    _left_out.update({name: os.environ.pop(name) for name in VARIABLES if name in os.environ})


@contextmanager
def as_they_were() -> Iterator[None]:
    """Meanwhile the variables are there again: what is installed comes from elsewhere."""
    os.environ.update(_left_out)
    try:
        yield
    finally:
        leave_out()
