"""A connection to the server with its owner's key, and a name for a dataset that nobody has used."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
def client(argilla_server: Any) -> Iterator[Any]:
    from tests.review.people import connected

    with connected(argilla_server.url, argilla_server.api_key) as one:
        yield one


@pytest.fixture
def name() -> str:
    return f"push-{uuid4().hex[:10]}"
