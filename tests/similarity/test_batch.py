"""`filter_texts` decides as the index does, with one thread or several."""

from random import Random

import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.similarity import FilteredText, NoveltyIndex, batch, filter_texts
from distilabel_selfinstruct.similarity.joining import greedy, search

pytestmark = pytest.mark.usefixtures("every_engine")


def texts_with_near_duplicates(count: int) -> list[str]:
    random = Random(7)
    texts: list[list[str]] = []
    for _ in range(count):
        words = list(random.choice(texts)) if texts and random.random() < 0.6 else ["w"] * 9
        for _ in range(random.choice([1, 2, 9])):
            words[random.randrange(9)] = f"w{random.randrange(400)}"
        texts.append(words)
    return [" ".join(words) for words in texts]


def one_by_one(texts: list[str]) -> list[tuple[bool, tuple[str, float] | None]]:
    index = NoveltyIndex()
    verdicts = [index.admit(text) for text in texts]
    return [(v.admitted, v.nearest and (v.nearest.text, v.nearest.rouge_l)) for v in verdicts]


def plain(decisions: list[FilteredText]) -> list[tuple[bool, tuple[str, float] | None]]:
    return [(d.kept, d.nearest and (d.nearest.text, d.nearest.rouge_l)) for d in decisions]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks, parts of blocks, runs and renumberings, of a few texts each."""
    monkeypatch.setattr(batch, "BLOCK", 100)
    monkeypatch.setattr(batch, "FIRST_BLOCK", 30)
    monkeypatch.setattr(batch, "RENUMBER_AT", (40, 300))
    monkeypatch.setattr(greedy, "MAX_RUN", 60)
    monkeypatch.setattr(search, "MIN_PART", 20)
    monkeypatch.setattr(search, "MAX_MEETINGS", 500)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.usefixtures("small_blocks")
def test_every_decision_is_that_of_the_index(workers: int) -> None:
    texts = texts_with_near_duplicates(1500)
    decisions = list(filter_texts(texts, workers=workers))
    assert plain(decisions) == one_by_one(texts)
    assert [decision.position for decision in decisions] == list(range(len(texts)))
    assert 300 < sum(decision.kept for decision in decisions) < 1200


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("small_blocks")
def test_the_place_of_the_nearest_text_is_that_of_the_kept_one(workers: int) -> None:
    texts = texts_with_near_duplicates(600)
    for decision in filter_texts(texts, workers=workers):
        if not decision.kept:
            assert decision.nearest is not None
            assert decision.nearest_position is not None
            assert decision.nearest_position < decision.position
            assert texts[decision.nearest_position] == decision.nearest.text


def test_texts_to_filter_against_count_and_are_not_decided_on() -> None:
    decisions = list(filter_texts(["Name a fruit", "name the sea"], against=["name a fruit!"], workers=1))
    assert [decision.kept for decision in decisions] == [False, True]
    assert decisions[0].nearest is not None
    assert (decisions[0].nearest.text, decisions[0].nearest_position) == ("name a fruit!", None)


def test_it_reads_no_further_than_a_block_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "BLOCK", 10)
    read: list[int] = []

    def texts() -> "list[str]":
        for number in range(100):
            read.append(number)
            yield f"text {number}"  # type: ignore[misc]

    decisions = filter_texts(texts(), workers=1)
    next(decisions)
    assert len(read) == 10


def test_progress_is_told_the_texts_decided_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "BLOCK", 2)
    calls: list[tuple[int, int]] = []
    texts = ["a b c", "a b c", "d e f"]
    list(filter_texts(texts, against=["x"], workers=1, on_progress=lambda done, kept: calls.append((done, kept))))
    assert calls == [(2, 1), (3, 2)]


@pytest.mark.usefixtures("small_blocks")
def test_a_tokenizer_that_cannot_be_pickled_works_with_several_workers() -> None:
    texts = texts_with_near_duplicates(400)
    decisions = filter_texts(texts, tokenizer=lambda text: text.split(), workers=2)
    assert plain(list(decisions)) == one_by_one(texts)


@pytest.mark.parametrize(("name", "value"), [("max_rouge_l", 2), ("workers", 0), ("tokenizer", "none")])
def test_arguments_that_cannot_be_used_are_refused_at_once(name: str, value: object) -> None:
    with pytest.raises(ConfigError):
        filter_texts([], **{name: value})  # type: ignore[arg-type]
