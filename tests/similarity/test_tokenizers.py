"""Tokenizers: `rouge_score` is the package's, `unicode` sees every script."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import tokenize

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.similarity import TOKENIZERS, NoveltyIndex, get_tokenizer, resolve_tokenizer
from distilabel_selfinstruct.similarity.tokenizers import rouge_score_tokens, unicode_tokens


@given(st.text())
def test_rouge_score_tokens_equal_the_package_on_any_text(text: str) -> None:
    assert rouge_score_tokens(text) == tokenize.tokenize(text, None)


@pytest.mark.slow
def test_rouge_score_tokens_equal_the_package_beside_every_character() -> None:
    letters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(letters), 4096):
        text = "".join(f"a{letter}B " for letter in letters[start : start + 4096])
        assert rouge_score_tokens(text) == tokenize.tokenize(text, None)


@pytest.mark.parametrize(("text", "tokens"), [("\u212aelvin", ["kelvin"]), ("\u0130stanbul", ["i", "stanbul"])])
def test_letters_that_lower_case_into_ascii_are_seen(text: str, tokens: list[str]) -> None:
    assert rouge_score_tokens(text) == tokens


@given(st.text(st.characters(max_codepoint=127)))
def test_unicode_equals_rouge_score_on_ascii(text: str) -> None:
    assert unicode_tokens(text) == rouge_score_tokens(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("İstanbul", ["istanbul"]),
        ("cafe\u0301 caf\u00e9 cafe", ["caf\u00e9", "caf\u00e9", "cafe"]),
        ("Ωμέγα ΣΟΦΟΣ σοφος", ["ωμέγα", "σοφοσ", "σοφοσ"]),
        ("說 一下 AI3", ["說", "一", "下", "ai3"]),
        ("ガ ｶﾞ か が", ["ガ", "ガ", "か", "が"]),
        ("한국어를 배우다", ["한국어를", "배우다"]),
        ("ที่ดี", ["ที่", "ดี"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("عَرَبِيّ عربي", ["عربي", "عربي"]),
        ("𠮷野家", ["𠮷", "野", "家"]),
        ("snake_case, x² ①", ["snake", "case", "x2", "1"]),
        ("…！？", []),
    ],
)
def test_unicode_tokens_of_many_scripts(text: str, tokens: list[str]) -> None:
    assert unicode_tokens(text) == tokens


@given(st.text())
def test_unicode_is_total_and_gives_no_empty_token(text: str) -> None:
    assert all(unicode_tokens(text))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("예금을 하려면 어떤 서류가 필요한가요?", "예금을 하려면 서류가 필요한가요?"),
        ("按时间顺序重新排列以下列表。", "请按时间顺序重新排列以下列表。"),
        ("スマートテレビの利点は何ですか？", "スマートテレビの欠点は何ですか？"),
        ("นักลงทุนควรพิจารณาอะไรบ้างก่อนตัดสินใจ", "นักลงทุนควรพิจารณาอะไรก่อนตัดสินใจ"),
    ],
)
def test_near_duplicates_without_latin_letters_are_found_with_unicode_only(text: str, other: str) -> None:
    for tokenizer, found in [("unicode", True), ("rouge_score", False)]:
        index = NoveltyIndex(0.7, tokenizer)
        index.add(text)
        assert index.admit(other).admitted != found


def test_an_unknown_tokenizer_is_named_in_the_error() -> None:
    with pytest.raises(ConfigError, match="'words'"):
        get_tokenizer("words")


@pytest.mark.parametrize("language", ["en", "en-US", "EN", "en_GB"])
def test_english_is_cut_as_the_package_does(language: str) -> None:
    assert resolve_tokenizer("auto", language) == "rouge_score"


@given(st.sampled_from(["de", "ja", "zh-Hans", "pt-BR", "enm", "CJK", ""]))
def test_other_languages_are_cut_by_the_tokenizer_for_all_scripts(language: str) -> None:
    assert resolve_tokenizer("auto", language) == "unicode"
    assert resolve_tokenizer("auto", language, "strict") == "rouge_score"


@given(st.sampled_from(sorted(TOKENIZERS)), st.text(), st.sampled_from(["default", "strict"]))
def test_a_tokenizer_that_is_named_is_taken_whatever_the_language(name: str, language: str, mode: Any) -> None:
    assert resolve_tokenizer(name, language, mode) == name


def test_korean_words_lose_their_particles_where_enough_of_the_word_remains():
    assert resolve_tokenizer("auto", "ko") == resolve_tokenizer("auto", "ko-KR") == "eojeol_stem"
    tokens = get_tokenizer("eojeol_stem")
    assert tokens("도서관에서는 책을 읽는다") == ["도서관", "책을", "읽는다"]
    assert tokens("도서관에서") == tokens("도서관을") == ["도서관"]
    assert tokens("Sort 3 words") == ["sort", "3", "words"]
