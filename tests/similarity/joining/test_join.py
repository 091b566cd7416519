"""The join: no pair above the threshold is missed, whatever the lengths, the order and the number of tokens."""

import sys
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.similarity import NoveltyIndex, filter_texts, rouge_l
from distilabel_selfinstruct.similarity.bounds import LengthBounds
from distilabel_selfinstruct.similarity.engines import make_loops
from distilabel_selfinstruct.similarity.joining.greedy import KeptTexts
from distilabel_selfinstruct.similarity.joining.keys import LOW_HALF, PAIRED_LENGTH, TextKeys
from distilabel_selfinstruct.similarity.joining.search import Searcher
from distilabel_selfinstruct.similarity.joining.token_numbers import TokenNumbers
from distilabel_selfinstruct.similarity.stored_texts import StoredTexts

sys.path.insert(0, str(Path(__file__).parents[1]))  # test folders are not packages
import reference_filter as reference

THRESHOLDS = [0.0, 1e-300, 0.1, 0.3, 0.5, 0.7, 0.75, 0.9, 1.0]
ENGINES = ["numpy", *(["numba"] if find_spec("numba") else [])]


@cache
def keys_for(max_rouge_l: float) -> TextKeys:
    return TextKeys(LengthBounds(max_rouge_l))


@st.composite
def similar_texts(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two texts of tokens that repeat, up to the length at which keys change and beyond: one is edits of the other."""
    words = st.integers(0, draw(st.sampled_from([1, 3, 12, 60]))).map(str)
    text = draw(st.lists(words, min_size=1, max_size=2 * PAIRED_LENGTH))
    other = list(text)
    for _ in range(draw(st.integers(0, len(text)))):
        place = draw(st.integers(0, len(other)))
        other[place : place + draw(st.integers(0, 1))] = draw(st.lists(words, max_size=2))
    return text, other


@given(pair=similar_texts(), max_rouge_l=st.sampled_from(THRESHOLDS))
def test_two_texts_above_the_threshold_have_a_key_in_common(
    pair: tuple[list[str], list[str]], max_rouge_l: float
) -> None:
    if rouge_l(" ".join(pair[0]), " ".join(pair[1])) > max_rouge_l:
        entries = keys_for(max_rouge_l).entries(TokenNumbers().encode(pair))
        keys = [set((entries[entries & LOW_HALF == number] & ~LOW_HALF).tolist()) for number in (0, 1)]
        assert keys[0] & keys[1]


def decisions(texts: Sequence[str], max_rouge_l: float, engine: str) -> list[tuple[bool, object]]:
    filtered = filter_texts(texts, max_rouge_l=max_rouge_l, engine=engine)
    return [(text.kept, text.nearest and (text.nearest.text, text.nearest.rouge_l)) for text in filtered]


@pytest.mark.slow
@pytest.mark.usefixtures("compiled_once")
@pytest.mark.parametrize("engine", ENGINES)
@given(
    texts=st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=14).map(" ".join), max_size=12),
    max_rouge_l=st.sampled_from(THRESHOLDS),
)
def test_the_filter_decides_as_the_reference(texts: list[str], max_rouge_l: float, engine: str) -> None:
    expected = [(admitted, None if admitted else found) for admitted, found in reference.decisions(texts, max_rouge_l)]
    assert decisions(texts, max_rouge_l, engine) == expected


@pytest.mark.slow
def test_more_tokens_are_told_apart_than_there_are_unicode_characters() -> None:
    words = [f"w{number}" for number in range(1_116_000)]
    texts = [" ".join(words[begin : begin + 1000]) for begin in range(0, len(words), 1000)]
    # Their tokens have numbers that are equal but for the number of characters.
    low, high = (" ".join(words[begin : begin + 60]) for begin in (0, sys.maxunicode))
    found = decisions([*texts, low, high, low, high], 0.7, "numpy")
    assert all(kept for kept, _ in found[:-2])
    assert found[-2:] == [(False, (low, 1.0)), (False, (high, 1.0))]


@pytest.mark.parametrize("text", ["", "a", "日本", "\ud800 lone", "x" * 3000])
def test_texts_are_stored_in_memory_and_on_disk(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.similarity.stored_texts.IN_MEMORY", 1000)
    with closing(StoredTexts()) as stored:
        stored.extend(["first", text])
        stored.extend([text, "last"])
        assert [stored[position] for position in (3, 2, 0, 1)] == ["last", text, "first", text]


def test_runs_of_kept_texts_stay_few() -> None:
    kept, numbers = KeptTexts(Searcher(0.7, make_loops("numpy", 0))), TokenNumbers()
    for number in range(300):
        kept.keep(numbers.encode([[f"w{number}"]]))
    assert len(kept) == 300
    assert len(kept.runs) < 10
    assert [run.first for run in kept.runs] == np.cumsum([0, *(len(run) for run in kept.runs)])[:-1].tolist()


def test_texts_that_match_at_a_low_threshold_are_found_among_thousands_of_others() -> None:
    random = Random(1)
    texts = [" ".join(f"w{random.randrange(40)}" for _ in range(random.choice([1, 2, 9, 30]))) for _ in range(700)]
    index = NoveltyIndex(0.35, engine="numpy")
    expected = [index.admit(text) for text in texts]
    found = list(filter_texts(texts, max_rouge_l=0.35, engine="numpy"))
    assert [(text.kept, text.nearest) for text in found] == [(each.admitted, each.nearest) for each in expected]
