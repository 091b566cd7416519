"""Which code searches the stored texts: numpy and rapidfuzz, or loops that the extra `numba` compiles.

Both give the same answers. Compiled code takes about 10 s to compile, once per environment, and 0.5 s to start; then
a decision takes a third of the time, a whole dataset about half.
"""

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from distilabel_selfinstruct.errors import ConfigError, MissingExtraError
from distilabel_selfinstruct.similarity.bounds import LengthBounds
from distilabel_selfinstruct.similarity.joining.numpy_loops import NumpyLoops
from distilabel_selfinstruct.similarity.joining.search import Loops
from distilabel_selfinstruct.similarity.prefix_index import Match, PrefixIndex

ENGINES = ("auto", "numpy", "numba")

COMPILED_FROM = 16_384
"""Stored texts from which "auto" changes to numba, if it is installed: the start pays from about here."""

ONE_BY_ONE = 16
"""So many times as many texts where each is decided by itself, as in a run: a run of 52,002 would wait 10 to 20 s in
its middle for code that then saves 2 s, and takes 90 MB."""


class TextIndex(Protocol):
    """What the engines have in common; `PrefixIndex` says what each does."""

    bounds: LengthBounds
    encoded: list[str]

    def __len__(self) -> int: ...

    @property
    def signatures(self) -> NDArray[np.uint64]: ...  # noqa: D102

    @property
    def lengths(self) -> NDArray[np.int32]: ...  # noqa: D102

    def insert(self, encoded: str) -> None: ...  # noqa: D102

    def candidates(self, query: str) -> list[int]: ...  # noqa: D102

    def search(self, query: str) -> Match | None: ...  # noqa: D102


def check_engine(engine: str) -> None:
    """Refuse an engine that does not exist or is not installed.

    Raises:
        ConfigError: it does not exist.
        MissingExtraError: it is not installed.
    """
    if engine not in ENGINES:
        raise ConfigError(f"There is no engine {engine!r}: use one of {', '.join(ENGINES)}.")
    if engine == "numba" and find_spec("numba") is None:
        raise MissingExtraError("The engine 'numba'", "numba")


def is_compiled(engine: str, num_texts: int, least: int = COMPILED_FROM) -> bool:
    """Whether the engine is numba; `auto` chooses it from `least` stored texts on."""
    return engine == "numba" or (engine == "auto" and num_texts >= least and find_spec("numba") is not None)


def make_loops(engine: str, num_texts: int = COMPILED_FROM) -> Loops:
    """The loops of the engine, beside so many stored texts."""
    if not is_compiled(engine, num_texts):
        return NumpyLoops()
    from distilabel_selfinstruct.similarity.joining.compiled_loops import CompiledLoops

    return CompiledLoops()


def make_index(
    engine: str, bounds: LengthBounds, encoded: Iterable[str] = (), *, one_by_one: bool = False
) -> TextIndex:
    """An index of the engine; `auto` chooses by the number of texts to begin with, and by how others are added."""
    encoded = list(encoded)
    if not is_compiled(engine, len(encoded), COMPILED_FROM * (ONE_BY_ONE if one_by_one else 1)):
        return PrefixIndex(bounds, encoded)
    from distilabel_selfinstruct.similarity.compiled.index import CompiledIndex

    return CompiledIndex(bounds, encoded)
