"""A connection to the server with its owner's key, a name for a dataset that nobody has used, and reviews to pull."""

import copy
import shutil
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


@pytest.fixture(scope="module")
def shared_review(argilla_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.review.people import instance, reviews

    with reviews(argilla_server, tmp_path_factory.mktemp("review")) as make:
        yield make([instance(number) for number in range(4)])


@pytest.fixture
def unchanged_review(shared_review: Any, tmp_path: Path) -> Any:
    """A review with a folder of its own, whose dataset on the server no test may change."""
    one = copy.copy(shared_review)
    one.run = shutil.copytree(shared_review.run, tmp_path / shared_review.run.name)
    return one
