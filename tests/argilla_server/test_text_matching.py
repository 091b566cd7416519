import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.argilla_server.embedded.query_syntax import parse, required_words
from distilabel_selfinstruct.argilla_server.embedded.text_matching import relevance


def score(query: str, **fields: object) -> float:
    return relevance(json.dumps(fields), query, json.dumps(list(fields)))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("apple", "An Apple a day"),
        ("apple day", "day of the apple"),
        ("app*", "two apples"),
        ('"a day"', "an apple a day"),
        ("pear | apple", "an apple"),
        ("apple -pear", "an apple"),
        ("-pear", "an apple"),
        ("", "anything"),
        ("*", "anything"),
        ("café", "le CAFÉ"),
    ],
)
def test_matches(query, text):
    assert score(query, text=text) > 0


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("appl", "an apple"),
        ("apple pear", "an apple"),
        ('"apple day"', "an apple a day"),
        ("apple -day", "an apple a day"),
        ("-apple", "an apple"),
        ("apple", ""),
        ("cafe", "café"),
    ],
)
def test_does_not_match(query, text):
    assert score(query, text=text) == 0


def test_words_may_stand_in_different_fields():
    assert score("apple pear", first="apple", second="pear") > 0


def test_a_phrase_stands_in_one_field():
    assert score('"apple pear"', first="apple", second="pear") == 0


def test_only_the_named_fields_are_looked_into():
    assert relevance(json.dumps({"first": "apple", "second": "pear"}), "apple", '["second"]') == 0


def test_the_messages_of_a_chat_are_looked_into():
    chat = [{"role": "user", "content": "an apple"}, {"role": "assistant", "content": "a pear"}]
    assert score("apple pear", chat=chat) > 0
    assert score('"apple a pear"', chat=chat) == 0


def test_a_field_without_a_value_does_not_match():
    assert score("apple", first=None) == 0


def test_more_occurrences_are_more_relevant():
    assert score("apple", text="apple apple") > score("apple", text="apple pie")


def test_the_same_occurrences_in_a_longer_text_are_less_relevant():
    assert score("apple", text="apple pie") > score("apple", text="apple " + "pie " * 50)


words = st.sampled_from(["apple", "pear", "fig", "Kiwi", "plum's", "3.14", "käse", "梨"])
texts = st.lists(words, max_size=8).map(" ".join)
queries = st.lists(words | st.sampled_from(["|", "-", "(", ")", '"', "*", "+"]), max_size=8).map(" ".join)


@given(queries, texts)
def test_relevance_is_never_negative(query, text):
    assert score(query, text=text) >= 0


@given(queries, texts, texts)
def test_a_record_that_lacks_a_required_word_never_matches(query, first, second):
    fields = json.dumps({"first": first, "second": second})
    if any(word not in fields.lower() for word in required_words(parse(query))):
        assert relevance(fields, query, '["first", "second"]') == 0


@given(st.lists(words, min_size=1, max_size=5), texts)
def test_each_word_of_a_plain_query_must_occur(query, text):
    matches = set(query) <= set(text.split())
    assert (score(" ".join(query), text=text) > 0) == matches


@given(texts.filter(bool), texts)
def test_either_a_query_or_its_negation_matches(query, text):
    assert (score(query, text=text) > 0) != (score(f"-({query})", text=text) > 0)


@given(st.text(), st.text())
def test_any_text_can_be_asked_of_any_text(query, text):
    found = score(query, text=text)
    assert 0 <= found < float("inf")
