"""The same tests with every engine."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from distilabel_selfinstruct.similarity import NoveltyIndex, engines


@pytest.fixture(scope="module", params=["numpy", pytest.param("numba", marks=pytest.mark.slow)])
def every_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Lets "auto" mean the one, then the other, from the first text on."""
    if request.param == "numba" and find_spec("numba") is None and "CI" not in os.environ:
        pytest.skip("the extra numba is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "COMPILED_FROM", 0 if request.param == "numba" else 1 << 62)
        if request.param == "numba":
            engines.check_engine("numba")
            NoveltyIndex(engine="numba").admit("compile first")  # it takes longer than an example of a test may
        yield request.param
