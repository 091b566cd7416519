"""Verbs and nouns of Korean instructions."""

import importlib.util
import os

import pytest

from distilabel_selfinstruct.analysis.verb_noun.kiwi_parser import kiwi_pairs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("kiwipiepy") is None and "CI" not in os.environ, reason="the extra ko is not installed"
    ),
]

PAIRS = {
    "다음 문장을 영어로 번역해 주세요.": ("번역하다", "문장"),
    "바다에 대한 시를 한 편 써 줘.": ("쓰다", "시"),
    "기사를 세 문장으로 요약하시오.": ("요약하다", "기사"),
    "문장을 부정문으로 바꿔 줘.": ("바꾸다", "문장"),
    "숫자를 작은 것부터 늘어놓으세요.": ("늘어놓다", "숫자"),
    # the verb of a clause about a noun is not what is asked for
    "환불을 요청하는 전자 우편을 쓰세요.": ("쓰다", "우편"),
    "김치찌개를 끓이는 법을 알려 주세요.": ("알리다", "법"),
    "어제 읽은 책의 줄거리를 적어 주세요.": ("적다", "줄거리"),
    "문제를 해결하기 위한 방법을 제시하세요.": ("제시하다", "방법"),
    "경험을 통해 배운 점을 말해 보세요.": ("말하다", "점"),
    "데이터를 기반으로 예측 모델을 구축하세요.": ("구축하다", "모델"),
    "데이터를 시각화하여 보여 주세요.": ("시각화하다", "데이터"),
    # but these are questions and nouns for the clause itself
    "시간을 어떻게 관리할 수 있을까요?": ("관리하다", "시간"),
    "논문을 쓰는 것을 도와주세요.": ("쓰다", "논문"),
    "왜 하늘이 파란가요?": None,
    "맞춤법 교정": None,
    "": None,
}


def test_what_an_instruction_asks_for_is_its_main_verb_with_its_object():
    assert dict(zip(PAIRS, kiwi_pairs(list(PAIRS)), strict=True)) == PAIRS


def test_the_way_of_asking_does_not_matter():
    tasks = [("편지", "를", "작성"), ("문장", "을", "번역"), ("합계", "를", "계산"), ("기사", "를", "요약")]
    endings = ["해 줘.", "해 주세요.", "하시오.", "하세요.", "해 주시겠어요?", "해 봐.", "해 주십시오."]
    texts = [f"{noun}{particle} {verb}{ending}" for noun, particle, verb in tasks for ending in endings]
    wanted = [(f"{verb}하다", noun) for noun, _, verb in tasks for _ in endings]
    assert list(kiwi_pairs(texts)) == wanted
