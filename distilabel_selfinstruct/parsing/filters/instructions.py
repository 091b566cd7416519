"""Which instructions are kept (paper, section 2.2 and appendix A), as a table of small rules.

A rule looks at one instruction and says what breaks it, or None. The first broken rule gives the reason.
Similarity to the pool is not a rule here: it needs the pool.
"""

import re
import string
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.languages import WordKind, find_pack, reading_packs, word_counter
from distilabel_selfinstruct.languages.expressions import words_of
from distilabel_selfinstruct.parsing.filters.forbidden import forbidden_pattern
from distilabel_selfinstruct.records import Mode, Reason, Rejection
from distilabel_selfinstruct.words import wrong_script

MIN_WORDS = 4
"""The reference drops instructions of three words and fewer."""

MAX_WORDS = 150
"""The reference drops instructions of more than 150 words."""

MAX_CHARACTERS_PER_WORD = 20
"""Bounds the length of a text that has few spaces (default mode)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: the reason for a drop, and what in a text gives it (a word, a count), or None."""

    reason: Reason
    broken_by: Callable[[str], str | None]


def instruction_rules(
    mode: Mode = "default",
    language: str = "en",
    *,
    min_words: int = MIN_WORDS,
    max_words: int = MAX_WORDS,
    forbidden_words: Sequence[str] | None = None,
) -> tuple[Rule, ...]:
    """The rules in the order in which they apply.

    Args:
        mode: `strict` counts words between spaces and takes the first character's ASCII for English, as the
            reference does, whatever the language; `default` counts as the language does and asks for the language's own
            script.
        language: a BCP-47 tag, or the folder of a pack. The forbidden words, the words for programs and, in default
            mode, the scripts and the marks with which an instruction may begin depend on it.
        min_words: the fewest words kept.
        max_words: the most words kept.
        forbidden_words: plain words that replace the language's list; an empty sequence forbids none.
    """
    forbidden = forbidden_pattern(language, forbidden_words)
    if mode == "strict":
        return (
            Rule(Reason.TOO_SHORT, _fewer_words(lambda text: len(text.split()), min_words)),
            Rule(Reason.TOO_LONG, _more_words(lambda text: len(text.split()), max_words)),
            Rule(Reason.FORBIDDEN_WORD, _holds(forbidden)),
            Rule(Reason.ASKS_FOR_PROGRAM, _holds(_programs(language))),
            Rule(Reason.STARTS_WITH_PUNCTUATION, _starts_with_ascii_punctuation),
            Rule(Reason.STARTS_WITH_NON_ASCII, _starts_with_non_ascii),
        )
    pack, count = find_pack(language), word_counter(language)
    marks = {mark for one in reading_packs(language) for mark in one.openers_allowed}
    scripts = pack.scripts if pack else frozenset()
    return (
        # Departure: a bound in characters, for texts whose words cannot be counted.
        Rule(Reason.TOO_LONG, _more_characters(max_words * MAX_CHARACTERS_PER_WORD)),
        Rule(Reason.TOO_SHORT, _fewer_words(count, min_words)),
        Rule(Reason.TOO_LONG, _more_words(count, max_words)),
        Rule(Reason.FORBIDDEN_WORD, _holds(forbidden)),
        Rule(Reason.ASKS_FOR_PROGRAM, _holds(_programs(language))),
        # Departure: punctuation and symbols of every script, emoji too, except the opening marks of the language.
        Rule(Reason.STARTS_WITH_PUNCTUATION, _starts_with_symbol_but(marks)),
        # Departure: the reference takes a first character that is not ASCII for a foreign language.
        Rule(Reason.WRONG_SCRIPT, lambda text: wrong_script(text, scripts)),
    )


def without(rules: Sequence[Rule], *reasons: Reason) -> tuple[Rule, ...]:
    """The table less some rules: `without(rules, Reason.ASKS_FOR_PROGRAM)` admits requests for programs."""
    return tuple(rule for rule in rules if rule.reason not in reasons)


def filter_instruction(text: str, rules: Sequence[Rule]) -> Rejection | None:
    """The first rule that the instruction breaks, as a rejection; None when it may stay."""
    if not text:
        return Rejection(text, Reason.EMPTY)
    for rule in rules:
        detail = rule.broken_by(text)
        if detail is not None:
            return Rejection(text, rule.reason, detail)
    return None


def _fewer_words(count: Callable[[str], int], least: int) -> Callable[[str], str | None]:
    def broken_by(text: str) -> str | None:
        words = count(text)
        return f"{words} words" if words < least else None

    return broken_by


def _more_words(count: Callable[[str], int], most: int) -> Callable[[str], str | None]:
    def broken_by(text: str) -> str | None:
        words = count(text)
        return f"{words} words" if words > most else None

    return broken_by


def _more_characters(most: int) -> Callable[[str], str | None]:
    return lambda text: f"{len(text)} characters" if len(text) > most else None


def _holds(pattern: re.Pattern[str] | None) -> Callable[[str], str | None]:
    def broken_by(text: str) -> str | None:
        found = pattern.search(text) if pattern else None
        return found[0].lower() if found else None

    return broken_by


def _programs(language: str) -> re.Pattern[str]:
    return re.compile(words_of(reading_packs(language), WordKind.ASKS_FOR_PROGRAM), re.IGNORECASE)


def _starts_with_ascii_punctuation(text: str) -> str | None:
    return text[0] if text[0] in string.punctuation else None


def _starts_with_non_ascii(text: str) -> str | None:
    return None if text[0].isascii() else text[0]


def _starts_with_symbol_but(marks: Collection[str]) -> Callable[[str], str | None]:
    # Languages that put what is to be done last begin with what is quoted: "안녕하세요"라고 …
    def broken_by(text: str) -> str | None:
        first = text[0]
        return first if first not in marks and unicodedata.category(first)[0] in "PSCMZ" else None

    return broken_by
