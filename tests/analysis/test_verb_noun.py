"""Verbs and nouns: what an instruction asks for, and the counts of figure 3."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.analysis.verb_noun import PAPER, count_verb_nouns, verb_and_noun
from distilabel_selfinstruct.analysis.verb_noun.lemmas import noun_lemma
from distilabel_selfinstruct.analysis.verb_noun.spacy_parser import installed_model, spacy_pairs
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError
from tests.live_argilla import skip_or_fail


@pytest.mark.parametrize(
    ("instruction", "pair"),
    [
        ("Draft a polite reminder to a colleague.", ("draft", "reminder")),
        ("Please list three rivers in Peru.", ("list", "river")),
        ("Could you please suggest a name for my bakery?", ("suggest", "name")),
        ("Given a recipe, write down the shopping list it needs.", ("write", "list")),
        ("In at most two sentences, retell the fable.", ("retell", "fable")),
        ("Compare and contrast two old cities.", ("compare", "city")),
        ("Give me a riddle.", ("give", "riddle")),
        ("Make the following letter shorter and more formal.", ("make", "letter")),
        ("Write a poem describing a harbour.", ("write", "poem")),
        ("Explain the steps involved in baking bread.", ("explain", "step")),
        ("Name three ways trains have changed travel.", ("name", "way")),
        ('Define the word "lantern".', ("define", "word")),
        ("You are given a letter. Find the mistakes in it.", ("find", "mistake")),
        ("You are given a letter and you need to detect any rude phrases.", ("detect", "phrase")),
        ("Your task is to sort the invoices by date.", ("sort", "invoice")),
        ("Create a memorable and logical ending.", ("create", "ending")),
        ("Name a US senator.", ("name", "senator")),
        ("Summarise the novel Emma in a line.", ("summarise", "novel")),
        ("Frobnicate the widgets.", ("frobnicate", "widget")),
        ("How can a shop attract visitors?", ("attract", "visitor")),
        ("Which tools do gardeners need?", ("need", "tool")),
        ("Create an online survey about sleep.", ("create", "survey")),
        ("1. Translate this menu into Welsh.", ("translate", "menu")),
        ("REWRITE THE HEADLINE.", ("rewrite", "headline")),
    ],
)
def test_the_verb_and_the_noun_of_a_request_are_found(instruction, pair):
    assert verb_and_noun(instruction) == pair


@pytest.mark.parametrize(
    "instruction",
    [
        "",
        "   ",
        "…",
        "What is the tallest mountain in Chile?",
        "Explain why leaves turn red.",
        "Describe how to knit.",
        "Come up with a slogan.",
        "Classify the following.",
        "Summarise Hamlet.",
        "Tell me about whales.",
        "Tell me what a quasar is.",
        "List of rivers in Peru",
        "Which rule should be applied?",
        "把这封信翻译成英文。",
        "Напишите рассказ о море.",
    ],
)
def test_what_has_no_verb_with_a_common_noun_as_object_has_no_pair(instruction):
    assert verb_and_noun(instruction) is None


@given(st.text(max_size=200))
def test_any_text_has_a_pair_of_plain_words_or_none(text):
    pair = verb_and_noun(text)
    assert pair is None or all(word and word == word.lower() for word in pair)


@given(
    st.lists(
        st.sampled_from(
            [
                "the",
                "a",
                "of",
                "following",
                "given",
                "list",
                "write",
                "and",
                ",",
                "you",
                "'s",
                '"',
                "-",
                "3",
                "what",
                "do",
                "to",
                "in",
            ]
        )
    )
)
def test_any_order_of_words_can_be_read(words):
    found = verb_and_noun(" ".join(words))
    assert found is None or (len(found) == 2 and all(word and " " not in word for word in found))


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("stories", "story"), ("boxes", "box"), ("classes", "class"), ("hypotheses", "hypothesis"), ("news", "news"),
        ("people", "person"), ("analysis", "analysis"), ("gas", "gas"), ("virus", "virus"), ("movies", "movie"),
        ("recipes", "recipe"), ("causes", "cause"), ("bus", "bus"), ("children", "child"), ("essays", "essay"),
    ],
)  # fmt: skip
def test_nouns_are_counted_in_the_singular(plural, singular):
    assert noun_lemma(plural) == singular


def test_figure_3_ranks_verbs_and_their_nouns_and_counts_what_it_covers():
    texts = [f"Write a {noun}." for noun in ("poem", "poem", "poem", "story", "story", "letter", "song", "ode")]
    found = count_verb_nouns([*texts, "Sing a song.", "Why is it so?"], parser="rules")
    assert [(sector.verb, sector.count) for sector in found.sectors] == [("write", 8), ("sing", 1)]
    assert found.sectors[0].nouns == (("poem", 3), ("story", 2), ("letter", 1), ("ode", 1))
    assert (found.instructions, found.parsed, found.verbs, found.pairs, found.covered) == (10, 9, 2, 6, 8)
    assert (found.share_parsed, found.share_covered) == (0.9, 0.8)


def test_only_twenty_verbs_are_in_the_figure():
    verbs = [
        "add",
        "ask",
        "bake",
        "boil",
        "book",
        "call",
        "chop",
        "copy",
        "cut",
        "draw",
        "eat",
        "find",
        "fix",
        "give",
        "grow",
        "hide",
        "keep",
        "list",
        "make",
        "mend",
        "name",
        "pick",
    ]
    found = count_verb_nouns([f"{verb} the cake" for verb in verbs], parser="rules")
    assert (len(found.sectors), found.covered, found.verbs) == (20, 20, len(verbs))


def test_no_instructions_give_shares_of_zero():
    found = count_verb_nouns([], parser="rules")
    assert (found.share_parsed, found.share_covered, found.sectors) == (0.0, 0.0, ())


def test_the_paper_parsed_half_of_its_instructions_and_shows_14_percent():
    assert round(PAPER.share_parsed, 2) == 0.51
    assert round(PAPER.share_covered, 2) == 0.14


def test_an_unknown_parser_is_refused():
    with pytest.raises(ConfigError, match="There is no parser 'regex': use auto, spacy or rules"):
        count_verb_nouns([], parser="regex")  # type: ignore[arg-type]


def test_spacy_asked_for_and_not_installed_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)  # as where it is not installed
    with pytest.raises(MissingExtraError, match=r"distilabel-selfinstruct\[spacy\]"):
        count_verb_nouns(["Write a poem."], parser="spacy")


def test_spacy_reads_the_object_of_the_main_verb():
    if installed_model() is None:
        skip_or_fail("spaCy with an English model is not installed: it is in the group spacy-model.")
    texts = ["Write a short poem about the sea.", "What is the capital of Peru?", "Please explain the rules of chess."]
    assert list(spacy_pairs(texts)) == [("write", "poem"), None, ("explain", "rule")]
