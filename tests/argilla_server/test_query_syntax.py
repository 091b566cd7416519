import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from distilabel_selfinstruct.argilla_server.embedded.query_syntax import (
    All,
    AnyOf,
    Not,
    Phrase,
    Words,
    parse,
    required_words,
    words_of,
)

A, B, C = Words(("a",)), Words(("b",)), Words(("c",))


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("a", A),
        ("a b c", All((A, B, C))),
        ("a +b", All((A, B))),
        ("a | b", AnyOf((A, B))),
        ("a|b", AnyOf((A, B))),
        ("a -b", All((A, Not(B)))),
        ("-a", Not(A)),
        ("--a", A),
        ("a - b", All((A, B))),  # a minus with a space after it means nothing
        ("a-b", Words(("a", "b"))),
        ("a b | c", AnyOf((All((A, B)), C))),  # the left operator binds first
        ("a | b c", All((AnyOf((A, B)), C))),
        ("a | (b c)", AnyOf((A, All((B, C))))),
        ("-(a | b) c", All((Not(AnyOf((A, B))), C))),
        ('"a b" c', All((Phrase(("a", "b")), C))),
        ('-"a b"', Not(Phrase(("a", "b")))),
        ('"a b"~2', Phrase(("a", "b"))),
        ("a~1", A),
        ("a*", Words(("a",), last_is_prefix=True)),
        (r"a\*", A),
        (r"\-a", A),
        (r"a\|b", Words(("a", "b"))),
        ("A", A),
        ("a and b", All((A, Words(("and",)), B))),
    ],
)
def test_a_query_means(query, meaning):
    assert parse(query) == meaning


@pytest.mark.parametrize("query", ["", " ", "-", "--", '"', '""', "(", ")", "()", "|", "+", "*", "~2", "\\", "( | )"])
def test_a_query_that_asks_for_nothing_has_no_meaning(query):
    assert parse(query) is None


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("(a b", "a b"),
        ("a b)", "a b"),
        ("a | | b", "a | b"),
        ("| a", "a"),
        ("a |", "a"),
        ('"a b', "a b"),
        ("a ?? b", "a b"),
    ],
)
def test_what_makes_no_sense_is_left_out(query, same):
    assert parse(query) == parse(same)


@given(st.text(alphabet='ab()|+-"*~\\ \n', max_size=60))
@example("(" * 5000 + "a")
@example("a | b c | d " * 500)
@example("-(" * 200 + "a")
def test_any_text_is_a_query(query):
    letters = query.replace("\\", "")  # a backslash takes the next character as it is
    assert all(word in letters for word in required_words(parse(query)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop", ("don't", "stop")),
        ("3.14 is π", ("3.14", "is", "π")),
        ("the end.", ("the", "end")),
        ("snake_case", ("snake_case",)),
        ("東京タワー", ("東", "京", "タワー")),
        ("naïve CAFÉ", ("naïve", "café")),
        ("a-b/c", ("a", "b", "c")),
        ("", ()),
    ],
)
def test_the_words_of_a_text(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("query", "required"),
    [
        ("apple pie", ["apple", "pie"]),
        ("apple -pie", ["apple"]),
        ("apple | pie", []),
        ('"apple pie"', ["apple", "pie"]),
        ("appl*", ["appl"]),
        ("café apple", ["apple"]),
        ("don't", []),
    ],
)
def test_only_plain_words_that_must_occur_are_required(query, required):
    assert required_words(parse(query)) == required
