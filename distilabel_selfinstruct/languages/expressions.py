"""Regular expressions from the plain words of packs: escaped, and bounded whatever the words are.

In a word, a blank also stands for none, and "…" for up to 40 characters of the same sentence.
"""

import re
from collections.abc import Iterable, Sequence

from distilabel_selfinstruct.languages.pack import Pack
from distilabel_selfinstruct.languages.word_kinds import ForbiddenWord, WordKind

NEVER = "(?!)"
"""A pattern that matches nothing."""

GAP = "\u2026"
"""Stands in a word for a part of the sentence that may be anything."""

_RUNS = re.compile("[ ]+|[^ ]+")

_PART_OF_SENTENCE = r"[^.!?\u3002\uff01\uff1f\n]{0,40}?"


def literal(word: str, *, whole: bool = False) -> str:
    """The pattern of a plain word.

    Args:
        word: the word, or several.
        whole: whether a letter or a digit at its beginning or its end must be the first or the last of a word.
    """
    # A run of blanks is one repetition: as many optional ones would be tried in all combinations.
    parts = [
        "".join(f" {{0,{len(run)}}}" if run.startswith(" ") else re.escape(run) for run in _RUNS.findall(part))
        for part in word.split(GAP)
    ]
    pattern = _PART_OF_SENTENCE.join(parts)
    if not whole:
        return pattern
    begins = r"\b" if word[0].isalnum() else ""
    ends = r"\b" if word[-1].isalnum() else ""
    return f"{begins}{pattern}{ends}"


def either(words: Iterable[str], *, whole: bool = False) -> str:
    """A pattern for any of these words, the longest first; one that matches nothing for none."""
    ordered = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(literal(word, whole=whole) for word in ordered)})" if ordered else NEVER


def any_of(patterns: Iterable[str]) -> str:
    """A pattern for any of these patterns; one that matches nothing for none."""
    found = [pattern for pattern in patterns if pattern != NEVER]
    return f"(?:{'|'.join(found)})" if found else NEVER


def words_of(packs: Sequence[Pack], kind: WordKind, *, begins: bool = False, ends: bool = False) -> str:
    """A pattern for the words of a kind, and the regular expressions of that kind, in several packs.

    Args:
        packs: whose words.
        kind: which words.
        begins: whether a word must begin as one, in languages whose writing shows where words begin.
        ends: whether it must end as one.
    """
    return any_of(_of_pack(pack, kind, begins=begins, ends=ends) for pack in packs)


def _of_pack(pack: Pack, kind: WordKind, *, begins: bool, ends: bool) -> str:
    held = pack.list_of(kind)
    words = either(held.words)
    if words != NEVER and pack.word_boundaries:
        # At a mark or a sign there is no boundary to look for.
        start, end = r"(?<!\w)" if begins else "", r"(?!\w)" if ends else ""
        words = f"{start}{words}{end}"
    return any_of([*held.patterns, words])


def forbidden(word: ForbiddenWord) -> str:
    """The pattern of a forbidden word that is no part of the longer words that its pack names."""
    before = "".join(f"(?<!{re.escape(letters)})" for letters in word.not_after)
    after = f"(?!{'|'.join(map(re.escape, word.not_before))})" if word.not_before else ""
    return f"{before}{literal(word.word)}{after}"
