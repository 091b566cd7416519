"""The compiled parts against those that they stand for, and the choice of the engine."""

import importlib.util
import os
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from distilabel_selfinstruct.errors import ConfigError, MissingExtraError
from distilabel_selfinstruct.similarity import NoveltyIndex, engines, filter_texts, token_index
from distilabel_selfinstruct.similarity.bounds import MAX_LENGTH, LengthBounds
from distilabel_selfinstruct.similarity.prefix_index import PrefixIndex

INSTALLED = importlib.util.find_spec("numba") is not None
needs_numba = pytest.mark.skipif(not INSTALLED and "CI" not in os.environ, reason="the extra numba is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("compiled_once")]

LENGTHS = [*range(1, 40), 150]
PARTNERS = range(1, 140)


def random_texts(seed: int, count: int, longest: int = 40) -> list[str]:
    random = Random(seed)
    return [
        "".join(chr(random.randint(1, 90)) for _ in range(random.choice([0, 1, 2, 5, 5, 5, longest])))
        for _ in range(count)
    ]


@needs_numba
@pytest.mark.parametrize("threshold", [0.0, 1e-300, 0.3, 0.7, 0.9, 1.0])
def test_compiled_bounds_equal_the_tables(threshold: float) -> None:
    from distilabel_selfinstruct.similarity.compiled import score

    bounds = LengthBounds(threshold)
    for length in LENGTHS:
        reaches = [score.reach(length, position, threshold) for position in range(length)]
        assert [reach for reach in reaches if reach] == bounds.reaches(length)
        assert not any(reaches[len(bounds.reaches(length)) :])
        assert all(score.need(length, b, threshold) == bounds.need(length, b) for b in PARTNERS)
        for unknown in (0, 2):
            room = score.room(length, unknown, max(PARTNERS), threshold)
            expected = bounds.room(length, unknown, max(PARTNERS)).take(PARTNERS, mode="clip")
            assert np.minimum(room[1:], 65).tolist() == expected.tolist()


@needs_numba
def test_compiled_bounds_let_all_texts_match_that_are_longer_than_a_posting_can_say() -> None:
    from distilabel_selfinstruct.similarity.compiled import score

    assert score.room(MAX_LENGTH, 0, MAX_LENGTH + 9, 0.7)[MAX_LENGTH] == 65


@needs_numba
@given(
    query=st.text("abc\0", max_size=300) | st.text("abcdefghijklmnop", max_size=200),
    other=st.text("abc", max_size=300) | st.text("abcdefghijklmnop", max_size=200),
)
def test_compiled_common_subsequence_equals_rapidfuzz(query: str, other: str) -> None:
    from distilabel_selfinstruct.similarity.compiled import score

    tokens, others = (np.array(list(map(ord, text)), dtype=np.int32) for text in (query, other))
    keys, masks = score.token_masks(tokens)
    carries = np.empty(len(others), dtype=np.uint64)
    assert score.common_length(keys, masks, others, carries) == LCSseq.similarity(query, other)


@needs_numba
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 1.0])
def test_compiled_candidates_and_matches_equal_those_of_the_prefix_index(threshold: float) -> None:
    from distilabel_selfinstruct.similarity.compiled.index import CompiledIndex

    bounds, texts = LengthBounds(threshold), random_texts(1, 600)
    plain, compiled = PrefixIndex(bounds, texts), CompiledIndex(bounds, texts)
    assert compiled.lengths.tolist() == plain.lengths.tolist()
    assert compiled.signatures.tolist() == plain.signatures.tolist()
    for query in [*random_texts(2, 200), "\0\0abc", "abc" + chr(0x10FFFF), "\ud800", ""]:
        assert compiled.candidates(query) == plain.candidates(query)
        assert compiled.search(query) == plain.search(query)


@needs_numba
def test_runs_of_postings_that_are_given_back_are_used_again() -> None:
    from distilabel_selfinstruct.similarity.compiled.index import CompiledIndex

    index = CompiledIndex(LengthBounds(0.7))
    for number in range(3000):
        index.insert(chr(1 + number % 150) * 2)
    room = sum(1 << int(exponent) for _, size, exponent in index._store.lists if size)
    given_back = sum(1 << exponent for exponent in range(48) if index._store.unused[exponent])
    assert index._store.counts[1] < 2 * room
    assert given_back


@needs_numba
def test_auto_changes_to_numba_where_the_tokens_are_renumbered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "COMPILED_FROM", 20)
    monkeypatch.setattr(token_index, "FIRST_RENUMBERING", 10)
    texts = [f"{a} {b} {c} {d} same" for a in "pqrs" for b in "tuvw" for c in "xyz" for d in "ab"]
    small, large, plain = NoveltyIndex(), NoveltyIndex(), NoveltyIndex(engine="numpy")
    small.extend(texts[:30])
    large.extend(texts[:50])
    plain.extend(texts[:50])
    assert isinstance(small._stored.prefix_index, PrefixIndex)
    assert not isinstance(large._stored.prefix_index, PrefixIndex)
    assert [large.admit(text) for text in texts] == [plain.admit(text) for text in texts]


@needs_numba
def test_auto_compiles_nothing_for_texts_that_are_stored_one_by_one_before_they_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "COMPILED_FROM", 1)
    monkeypatch.setattr(token_index, "FIRST_RENUMBERING", 2)
    index = NoveltyIndex()
    for number in range(engines.ONE_BY_ONE - 1):
        index.admit(f"text{number} alone{number}")
    assert isinstance(index._stored.prefix_index, PrefixIndex)
    for number in range(100, 120):
        index.admit(f"text{number} alone{number}")
    assert not isinstance(index._stored.prefix_index, PrefixIndex)


def test_an_engine_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match="'fortran'"):
        NoveltyIndex(engine="fortran")
    with pytest.raises(ConfigError, match="'fortran'"):
        filter_texts([], engine="fortran")


def test_an_engine_that_is_not_installed_is_refused_and_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    monkeypatch.setattr(engines, "COMPILED_FROM", 0)
    with pytest.raises(MissingExtraError, match=r"\[numba\]"):
        NoveltyIndex(engine="numba")
    assert isinstance(NoveltyIndex()._stored.prefix_index, PrefixIndex)
