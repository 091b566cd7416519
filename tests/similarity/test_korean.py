"""Tokens of Korean: particles and endings do not tell texts apart, content does."""

import importlib.util
import os

import pytest

from distilabel_selfinstruct.similarity import NoveltyIndex
from distilabel_selfinstruct.similarity.tokenizers import eojeol_stem_tokens, get_tokenizer

needs_kiwi = pytest.mark.skipif(
    importlib.util.find_spec("kiwipiepy") is None and "CI" not in os.environ, reason="the extra ko is not installed"
)


@pytest.mark.parametrize("particle", ["은", "을", "에서", "으로", "까지"])
def test_a_word_is_the_same_with_every_particle(particle: str) -> None:
    assert eojeol_stem_tokens(f"서울역{particle} 가는 길") == eojeol_stem_tokens("서울역 가는 길")


def test_words_without_hangul_stay_as_they_are() -> None:
    assert eojeol_stem_tokens("Write a 시") == ["write", "a", "시"]


@pytest.mark.slow
@needs_kiwi
def test_kiwi_gives_nouns_and_verbs_without_particles_and_endings() -> None:
    kiwi = get_tokenizer("kiwi")
    assert kiwi("서울역에서 친구를 만났다.") == kiwi("서울역에서 친구를 만나세요!")
    assert {"서울역", "친구", "만나"} <= set(kiwi("서울역에서 친구를 만났다."))
    assert kiwi("서울역에서 친구를 만났다.") != kiwi("부산역에서 동생을 기다렸다.")


@needs_kiwi
def test_with_kiwi_a_request_in_another_ending_is_no_news() -> None:
    index = NoveltyIndex(0.7, "kiwi")
    assert index.admit("세종대왕의 업적을 세 가지 알려 주세요.").admitted
    assert not index.admit("세종대왕의 업적 세 가지를 알려줘").admitted
    assert index.admit("김장 배추를 절이는 방법을 알려줘").admitted
