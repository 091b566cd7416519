"""A connection to the server with its owner's key, a name for a dataset that nobody has used, and reviews to pull."""

from collections.abc import Iterator
from pathlib import Path
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


@pytest.fixture
def new_review(argilla_server: Any, tmp_path: Path) -> Iterator[Any]:
    from tests.review.people import reviews

    with reviews(argilla_server, tmp_path) as make:
        yield make


@pytest.fixture
def review(new_review: Any) -> Any:
    from tests.review.people import instance

    return new_review([instance(number) for number in range(4)])
