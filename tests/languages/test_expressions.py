"""Patterns from plain words say what the words say, whatever they are."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.languages import ForbiddenWord, WordKind, load_pack, pack_names
from distilabel_selfinstruct.languages.expressions import GAP, either, forbidden, literal
from distilabel_selfinstruct.languages.pattern_file import check_pattern, read_patterns

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=GAP), min_size=1, max_size=12).filter(
    str.strip
)


@given(WORDS, st.lists(WORDS, max_size=4))
def test_a_word_is_found_and_means_nothing_but_itself(word: str, others: list[str]) -> None:
    assert re.fullmatch(either([word, *others]), word)
    assert re.fullmatch(literal(word), word.replace(" ", ""))
    assert not re.search(literal(word), "")


@given(WORDS, WORDS, st.text(st.sampled_from("ab c"), max_size=60))
def test_a_gap_is_a_part_of_one_sentence(first: str, last: str, between: str) -> None:
    found = re.fullmatch(literal(f"{first}{GAP}{last}"), first + between + last)
    assert found or len(between) > 40
    assert not re.fullmatch(literal(f"first{GAP}last"), f"first{between}. {between}last")


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=20), st.sampled_from(["a", "a ", "가", "...", "\n"]))
def test_words_take_no_long_time_for_any_text(pairs: list[tuple[str, str]], part: str) -> None:
    pattern = re.compile(either([f"{first}{GAP}{last}" for first, last in pairs]), re.IGNORECASE)
    started = time.process_time()
    pattern.search(part * 2000)
    assert time.process_time() - started < 2


def test_a_forbidden_word_is_no_part_of_the_longer_words_that_its_pack_names() -> None:
    pattern = re.compile(forbidden(ForbiddenWord("파일", not_before=("럿",), not_after=("프로",))))
    assert pattern.search("파일을 여세요")
    assert not pattern.search("프로파일")
    assert not pattern.search("파일럿")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("verdict: {maybe: [x]}", "unknown kind 'verdict.maybe'"),
        ("no_input: none", "make it a list of patterns"),
        ("no_input: ['(']", "which is none"),
        ("no_input: ['(a)']", "with a group"),
        ("no_input: ['(?:a+)+b']", "share letters in many ways"),
        ("no_input: ['(?:(?:a|b)*c?){2,}']", "share letters in many ways"),
        ("parts: {a: '(?:x+){300}'}\nno_input: ['%a%']", "share letters in many ways"),
        ("no_input: ['(?:a|aa)+b']", "share letters in many ways"),
        ("no_input: ['(?:a|aa){0,40}b']", "share letters in many ways"),
        ("no_input: ['a*a*b']", "share letters in many ways"),
        ("no_input: ['(?:a*){0,8}b']", "share letters in many ways"),
        ("- x", "holds no patterns"),
        ("a: [", "Cannot read the patterns"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(tmp_path, text, said) -> None:
    (tmp_path / "patterns.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=re.escape(said)):
        read_patterns(tmp_path)


@pytest.mark.parametrize("tag", pack_names())
def test_the_patterns_of_a_packaged_language_can_be_used(tag: str) -> None:
    for patterns in read_patterns(load_pack(tag).folder).values():
        for pattern in patterns:
            assert check_pattern(pattern, tag) == pattern


def test_a_pattern_may_name_parts(tmp_path) -> None:
    (tmp_path / "patterns.yaml").write_text("parts: {a: 'x|y', b: '%a%z'}\nno_input: ['%b%!', '100%']", "utf-8")
    first, second = read_patterns(tmp_path)[WordKind.NO_INPUT]
    assert re.fullmatch(first, "yz!")
    assert not re.fullmatch(first, "x!")
    assert re.fullmatch(second, "100%")
