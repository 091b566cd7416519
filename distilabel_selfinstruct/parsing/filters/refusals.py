"""Refusals: what a model says instead of an answer.

The rule: a text is a refusal if it begins with one, after an apology or without, and no answer follows. What follows
is an answer if it is long enough and neither a reason nor an offer. An answer after a disclaimer is an answer.
"""

import re
from functools import lru_cache

from distilabel_selfinstruct.languages import Pack, WordKind, reading_packs
from distilabel_selfinstruct.languages.expressions import NEVER, any_of, either, words_of
from distilabel_selfinstruct.words import count_words

# Marks that may stand before the first word, and an opening.
_HEAD = re.compile(r"[\s\"'\u201c\u2018*_>(\[]*(?:(?:oh|hi|hello|well|ah),? )?", re.IGNORECASE)

_SENTENCE_END = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])\s*|\n+")

# What may stand between an apology and the refusal, and before words that refuse by themselves.
_ON_ITS_LINE = r"[^\n]{0,60}?"
_IN_ITS_SENTENCE = r"[^.!?\u3002\uff01\uff1f\n]{0,40}?"

# An answer after a disclaimer may be short; after a refusal it is rare and not.
_WORDS_AFTER_DISCLAIMER = 4
_WORDS_AFTER_REFUSAL = 10

# A refusal says so at once.
_LOOKED_AT = 400


class Refusals:
    """Finds refusals in the words of some languages.

    Args:
        packs: the languages.
    """

    def __init__(self, packs: tuple[Pack, ...]) -> None:
        self._refusal = re.compile(any_of(map(_refusal, packs)), re.IGNORECASE)
        self._disclaimer = re.compile(words_of(packs, WordKind.DISCLAIMERS), re.IGNORECASE)
        self._beside = re.compile(words_of(packs, WordKind.BESIDE_AN_ANSWER), re.IGNORECASE)
        turns = words_of([pack for pack in packs if pack.word_boundaries], WordKind.TURNS)
        fragments = words_of([pack for pack in packs if not pack.word_boundaries], WordKind.TURNS)
        # The end of the sentence that refuses, or the word that turns to an answer.
        self._turn = re.compile(rf"[.!?\u3002\uff01\uff1f\n]|[,;\uff0c\u3001] ?{turns}\b|{fragments}", re.IGNORECASE)

    def __contains__(self, text: str) -> bool:
        head = _HEAD.match(text)
        start = head.end() if head else 0
        kinds = ((self._refusal, _WORDS_AFTER_REFUSAL), (self._disclaimer, _WORDS_AFTER_DISCLAIMER))
        for pattern, enough in kinds:
            found = pattern.match(text, start, start + _LOOKED_AT)
            if found:
                return self._words_of_answer(text[found.end() :]) < enough
        return False

    def _words_of_answer(self, rest: str) -> int:
        """The words after a refusal that are neither a reason nor an offer."""
        turn = self._turn.search(rest)
        sentences = _SENTENCE_END.split(rest[turn.end() :]) if turn else []
        return sum(count_words(one) for one in sentences if not self._beside.match(one.strip()))


def is_refusal(text: str, language: str = "en") -> bool:
    """True for a text that says, in a language (a BCP-47 tag or a folder) or in English, that there is no answer."""
    return text in _refusals_of(language)


@lru_cache(maxsize=32)
def _refusals_of(language: str) -> Refusals:
    return Refusals(reading_packs(language))


def _refusal(pack: Pack) -> str:
    whole = pack.list_of(WordKind.REFUSALS)
    alone = either(whole.words)
    cannot = words_of([pack], WordKind.CANNOT)
    excuse = any_of(words_of([pack], kind) for kind in (WordKind.APOLOGIES, WordKind.SELVES))
    return any_of(
        [
            *whole.patterns,
            NEVER if NEVER in (excuse, cannot) else f"{excuse}{_ON_ITS_LINE}{cannot}",
            NEVER if alone == NEVER else f"{_IN_ITS_SENTENCE}{alone}",
        ]
    )
