"""The same tests with every engine."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from distilabel_selfinstruct.similarity import NoveltyIndex, engines, filter_texts
from tests.shared import alone, folder_of_the_run


@pytest.fixture(scope="session")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One test process compiles, which takes 20 s, and the others take the code from the disk."""
    if find_spec("numba") is None:
        return
    with alone(folder_of_the_run(tmp_path_factory) / "numba"):
        texts = ["compile first", "compile first, too"]
        NoveltyIndex(engine="numba").extend(texts)
        assert NoveltyIndex(engine="numba").admit(texts[0]).admitted
        assert list(filter_texts(texts, engine="numba", workers=1))


@pytest.fixture(scope="module", params=["numpy", pytest.param("numba", marks=pytest.mark.slow)])
def every_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Lets "auto" mean the one, then the other, from the first text on."""
    if request.param == "numba" and find_spec("numba") is None and "CI" not in os.environ:
        pytest.skip("the extra numba is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "COMPILED_FROM", 0 if request.param == "numba" else 1 << 62)
        if request.param == "numba":
            engines.check_engine("numba")
            request.getfixturevalue("compiled_once")
        yield request.param
