"""The novelty index against the reference: the same decisions, the same scores, the same nearest texts."""

import pickle
import sys
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.similarity import NoveltyIndex, token_index
from distilabel_selfinstruct.similarity.bounds import MAX_LENGTH
from distilabel_selfinstruct.similarity.vocabulary import Vocabulary

sys.path.insert(0, str(Path(__file__).parent))  # test folders are not packages
import reference_filter as reference

pytestmark = pytest.mark.usefixtures("every_engine")

THRESHOLDS = [0.0, 0.1, 0.3, 0.5, 0.7, 0.75, 0.9, 1.0]
WORDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"])
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)
LISTS = st.lists(TEXTS, max_size=12)


Decision = tuple[bool, tuple[str, float] | None]


def decide(index: NoveltyIndex, texts: list[str]) -> list[Decision]:
    verdicts = [index.admit(text, with_nearest=True) for text in texts]
    return [(v.admitted, None if v.nearest is None else (v.nearest.text, v.nearest.rouge_l)) for v in verdicts]


def related_texts(seed: int, count: int) -> list[str]:
    """Texts of 1 to 60 words over a Zipf-like vocabulary, a third of them edits of earlier ones."""
    random = Random(seed)

    def word() -> str:
        return f"w{int(random.paretovariate(0.6)) % 5000}"

    texts: list[list[str]] = []
    for _ in range(count):
        if texts and random.random() < 0.35:
            words = list(random.choice(texts))
            for _ in range(random.randint(0, 1 + len(words) // 2)):
                words[random.randrange(len(words))] = word()
        else:
            words = [word() for _ in range(random.choice([1, 2, 3, 8, 8, 12, 12, 20, 60]))]
        texts.append(words)
    return [" ".join(words) for words in texts]


@given(texts=LISTS, max_rouge_l=st.sampled_from(THRESHOLDS))
def test_decisions_and_nearest_texts_equal_the_reference(texts: list[str], max_rouge_l: float) -> None:
    assert decide(NoveltyIndex(max_rouge_l), texts) == reference.decisions(texts, max_rouge_l)


@cache
def expected_decisions(max_rouge_l: float) -> list[Decision]:
    """Of the reference, on 120 related texts; both engines are compared with them."""
    return reference.decisions(related_texts(seed=1, count=120), max_rouge_l)


@pytest.mark.slow
@pytest.mark.parametrize("max_rouge_l", [0.3, 0.5, 0.7, 0.9])
def test_decisions_equal_the_reference_on_many_related_texts(max_rouge_l: float) -> None:
    texts = related_texts(seed=1, count=120)
    assert decide(NoveltyIndex(max_rouge_l), texts) == expected_decisions(max_rouge_l)


@pytest.mark.slow
@pytest.mark.parametrize("max_rouge_l", [0.2, 0.5, 0.7, 0.8])
def test_pruned_decisions_equal_comparing_with_all_on_a_thousand_texts(max_rouge_l: float) -> None:
    index = NoveltyIndex(max_rouge_l)
    for text in related_texts(seed=2, count=1200):  # the tokens are renumbered twice
        scores = index.scores(text)
        verdict = index.admit(text)
        assert verdict.admitted == (not len(scores) or not scores.max() > max_rouge_l)
        if not verdict.admitted:
            assert verdict.nearest is not None
            assert verdict.nearest.rouge_l == scores.max()
            assert verdict.nearest.text == index.texts[int(np.argmax(scores))]


def exact_ties(numerator: int, denominator: int, longest: int) -> list[tuple[int, int, int]]:
    """(lcs, length, length) with 2·lcs / (a + b) exactly the threshold."""
    return [
        (lcs, a, b)
        for a in range(1, longest)
        for b in range(a, longest)
        for lcs in [numerator * (a + b) // (2 * denominator)]
        if 2 * lcs * denominator == numerator * (a + b) and 0 < lcs <= a
    ]


@pytest.mark.parametrize(("numerator", "denominator"), [(7, 10), (3, 10), (1, 2), (9, 10)])
def test_a_pair_exactly_at_the_threshold_is_decided_by_the_reference_arithmetic(
    numerator: int, denominator: int
) -> None:
    threshold, outcomes = numerator / denominator, set()
    for lcs, a, b in exact_ties(numerator, denominator, 45):
        common = [f"c{number}" for number in range(lcs)]
        text = " ".join(common + [f"x{number}" for number in range(a - lcs)])
        other = " ".join([f"y{number}" for number in range(b - lcs)] + common)
        index = NoveltyIndex(threshold)
        index.add(text)
        rejected = not index.admit(other).admitted
        assert rejected == (reference.rouge_l(other, text) > threshold), (lcs, a, b)
        outcomes.add(rejected)
    assert outcomes == {True, False} or threshold != 0.7  # at 0.7 the doubles fall on either side


@given(texts=st.lists(TEXTS, min_size=1, max_size=12), query=TEXTS, k=st.integers(0, 15))
def test_nearest_gives_the_best_k_and_the_earlier_of_equals(texts: list[str], query: str, k: int) -> None:
    index = NoveltyIndex()
    index.extend(texts)
    scores = [reference.rouge_l(query, text) for text in texts]
    best = sorted(range(len(texts)), key=lambda position: (-scores[position], position))[:k]
    found = [(neighbor.text, neighbor.rouge_l) for neighbor in index.nearest(query, k)]
    assert found == [(texts[position], scores[position]) for position in best]


def test_nearest_among_thousands_equals_sorting_all_scores() -> None:
    texts = related_texts(seed=3, count=2200)
    index = NoveltyIndex()
    index.extend(texts[:2000])
    for text in texts[2000:]:
        scores = index.scores(text)
        best = np.argsort(-scores, kind="stable")[:10]
        found = [(neighbor.text, neighbor.rouge_l) for neighbor in index.nearest(text, 10)]
        assert found == [(texts[position], scores[position]) for position in best]


def test_compare_gives_the_mean_and_the_most_similar_of_the_reference() -> None:
    texts = related_texts(seed=4, count=60)
    index = NoveltyIndex()
    index.extend(texts)
    scores = [reference.rouge_l(text, "w1 w2 w3 w1 w7 w1") for text in texts]
    comparison = index.compare("w1 w2 w3 w1 w7 w1")
    assert comparison.mean_rouge_l == float(np.mean(scores))
    assert [neighbor.rouge_l for neighbor in comparison.most_similar] == sorted(scores, reverse=True)[:10]


def test_an_empty_index_has_no_nearest_text_and_no_mean() -> None:
    index = NoveltyIndex()
    assert index.nearest("text") == []
    assert index.compare("text").mean_rouge_l is None
    assert index.admit("text", with_nearest=True).nearest is None


@given(texts=LISTS)
def test_admitted_texts_are_stored_in_the_order_of_admission(texts: list[str]) -> None:
    index = NoveltyIndex()
    admitted = [text for text in texts if index.admit(text).admitted]
    assert list(index.texts) == admitted
    assert len(index) == len(admitted)


@given(texts=LISTS, more=LISTS, query=TEXTS)
def test_adding_texts_never_makes_a_rejected_text_new(texts: list[str], more: list[str], query: str) -> None:
    small, large = NoveltyIndex(0.5), NoveltyIndex(0.5)
    small.extend(texts)
    large.extend(texts + more)
    if not small.admit(query).admitted:
        assert not large.admit(query).admitted


@pytest.mark.parametrize("text", ["", "???", "标题", "\ud800"])
def test_texts_without_tokens_are_new_and_similar_to_nothing(text: str) -> None:
    index = NoveltyIndex()
    for _ in range(3):
        assert index.admit(text).admitted
    assert index.scores(text).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("text", ["one", "one two", "one one one", "one two " * 40])
def test_a_duplicate_is_rejected_with_a_score_of_1(text: str) -> None:
    index = NoveltyIndex()
    assert index.admit(text).admitted
    verdict = index.admit(text.upper())
    assert not verdict.admitted
    assert verdict.nearest is not None
    assert (verdict.nearest.text, verdict.nearest.rouge_l) == (text, 1.0)


@pytest.mark.slow
def test_texts_longer_than_a_posting_can_say_are_still_found() -> None:
    words = [f"w{number}" for number in range(MAX_LENGTH + 5000)]
    index = NoveltyIndex(0.9)
    index.add(" ".join(words))
    assert not index.admit(" ".join(words[1000:])).admitted
    assert not index.admit(" ".join(words[: MAX_LENGTH - 1])).admitted
    assert index.admit(" ".join(words[:50_000])).admitted
    assert index.admit(" ".join(reversed(words))).admitted


@pytest.mark.slow
def test_texts_of_several_times_that_length_are_still_found() -> None:
    words = [f"w{number}" for number in range(4 * MAX_LENGTH)]
    index = NoveltyIndex(0.7)
    index.add(" ".join(words))
    assert not index.admit(" ".join(words[: 3 * MAX_LENGTH])).admitted
    assert index.admit(" ".join(words[: 2 * MAX_LENGTH])).admitted


def test_texts_of_33000_tokens_score_as_the_formula_says() -> None:
    words = [f"w{number % 9000}" for number in range(33_000)]
    index = NoveltyIndex()
    index.add(" ".join(words))
    verdict = index.admit(" ".join(words[:20_000]))
    assert verdict.nearest is not None
    assert verdict.nearest.rouge_l == pytest.approx(2 * 20_000 / 53_000)


@given(texts=LISTS, max_rouge_l=st.sampled_from([0.3, 0.7]))
def test_decisions_hold_when_there_are_more_tokens_than_characters(texts: list[str], max_rouge_l: float) -> None:
    index = NoveltyIndex(max_rouge_l)
    index._stored.vocabulary = Vocabulary(num_characters=3)
    assert decide(index, texts) == reference.decisions(texts, max_rouge_l)


def test_renumbering_the_tokens_changes_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = related_texts(seed=5, count=600)
    expected = decide(NoveltyIndex(), texts)
    monkeypatch.setattr(token_index, "FIRST_RENUMBERING", 3)
    monkeypatch.setattr(token_index, "RENUMBERING_GROWTH", 2)
    assert decide(NoveltyIndex(), texts) == expected


def test_a_pickled_index_continues_where_it_stopped() -> None:
    texts = related_texts(seed=6, count=600)
    expected = decide(NoveltyIndex(0.6), texts)
    index = NoveltyIndex(0.6)
    begun = decide(index, texts[:300])
    assert begun + decide(pickle.loads(pickle.dumps(index)), texts[300:]) == expected


def test_any_callable_can_be_the_tokenizer() -> None:
    index = NoveltyIndex(0.7, list)
    index.add("abcdefghij")
    assert not index.admit("abcdefghiX").admitted


@pytest.mark.parametrize("max_rouge_l", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_0_to_1_is_refused(max_rouge_l: float) -> None:
    with pytest.raises(ConfigError, match="from 0 to 1"):
        NoveltyIndex(max_rouge_l)
