"""Tokens of Korean: words less their particles, without a library, and content morphemes by Kiwi.

Measured on 96 judged pairs of generated instructions: at the same precision (55%), words find 36% of the pairs that ask
for the same, words less particles 85% at a threshold of 0.6, and content morphemes 69% at 0.7 with half the false ones.

Measured again on 100 pairs, drawn at random in strata from the 1,230 that any of five tokenizers finds, and judged by a
language model: 56% of the pairs of content morphemes at 0.7 ask for the same (95% interval 44% to 68%), or 44% (32% to
56%) without the doubtful ones. Words less particles at 0.6 are as precise and find 71% of the pairs that ask for the
same, content morphemes 57%.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from distilabel_selfinstruct.errors import MissingExtraError
from distilabel_selfinstruct.languages import load_pack

_CONTENT = ("N", "VV", "VA", "XR", "MAG", "SL", "SN")
"""Tags of Kiwi, by their beginnings: nouns, verbs, adjectives, roots, adverbs, foreign words, numbers."""


def stems(words: Iterable[str]) -> list[str]:
    """The words without the particles of the Korean pack, where enough of a word remains."""
    return [_stem(word) for word in words]


def kiwi_tokens(text: str) -> list[str]:
    """The content morphemes of a text, by the library kiwipiepy.

    Raises:
        MissingExtraError: the extra ko is not installed.
    """
    return [token.form.lower() for token in _kiwi().tokenize(text) if token.tag.startswith(_CONTENT)]


def _stem(word: str) -> str:
    if word.isascii() or not "\uac00" <= word[-1] <= "\ud7a3":
        return word
    by_length, min_stem = _particles()
    for length, particles in by_length:
        if len(word) - length >= min_stem and word[-length:] in particles:
            return word[:-length]
    return word


@cache
def _particles() -> tuple[tuple[tuple[int, frozenset[str]], ...], int]:
    """The particles by length, the longest first, and how many letters of a word must remain."""
    pack = load_pack("ko")
    lengths = sorted({len(particle) for particle in pack.particles}, reverse=True)
    grouped = tuple(
        (length, frozenset(particle for particle in pack.particles if len(particle) == length)) for length in lengths
    )
    return grouped, pack.min_stem


@cache
def _kiwi() -> Any:
    try:
        from kiwipiepy import Kiwi
    except ImportError as error:
        raise MissingExtraError("The tokenizer 'kiwi'", "ko") from error
    return Kiwi()
