"""What people and models write in place of an input where a task needs none."""

import re
from functools import lru_cache

from distilabel_selfinstruct.languages import WordKind, reading_packs
from distilabel_selfinstruct.languages.expressions import words_of

_BRACKETS = {"<": ">", "(": ")", "[": "]", "{": "}", "\uff08": "\uff09", "\u3010": "\u3011", "\u300c": "\u300d"}
_QUOTES_AND_STARS = "\"'`*_\u201c\u201d\u2018\u2019"

# Longer texts are no placeholders.
_LONGEST_PLACEHOLDER = 60


def without_placeholder(text: str, language: str = "en") -> str:
    """An empty text for one that only says that there is no input; any other text as it is.

    The rule: "N/A", "None", "<noinput>", "(no input needed)", "No input required." and their like, in any case and
    marks and in the words of the language and of English, are an empty input. A sentence that begins so is none of
    them, but one word alone is enough: nobody gives the word "none" as an input of its own.
    """
    if not text or len(text) > _LONGEST_PLACEHOLDER:
        return text
    bare = " ".join(text.split()).strip(_QUOTES_AND_STARS).casefold()
    bracketed = False
    while bare and _BRACKETS.get(bare[0]) == bare.rstrip(".")[-1:]:
        bare, bracketed = bare.rstrip(".")[1:-1].strip(_QUOTES_AND_STARS + " /"), True
    bare = bare.rstrip(".!\u3002").strip(_QUOTES_AND_STARS + " ")
    anywhere, in_brackets = _patterns(language)
    said = anywhere.fullmatch(bare) or (bracketed and in_brackets.fullmatch(bare))
    return "" if said else text


@lru_cache(maxsize=32)
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    packs = reading_packs(language)
    anywhere, in_brackets = WordKind.NO_INPUT, WordKind.NO_INPUT_IN_BRACKETS
    return re.compile(words_of(packs, anywhere), re.IGNORECASE), re.compile(words_of(packs, in_brackets), re.IGNORECASE)
