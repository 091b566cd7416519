"""What an instruction asks for, as far as a rule about its answer must know it.

Told by the words of its language and of English. An instruction that is not known, an empty text, may ask for anything.
"""

import re
from functools import lru_cache

from distilabel_selfinstruct.languages import WordKind, reading_packs
from distilabel_selfinstruct.languages.expressions import words_of


def asks_for_writing(instruction: str, language: str = "en") -> bool:
    """True for "Write a dialogue …" and the like, and for a task that is not known."""
    return not instruction.strip() or _asks(instruction, WordKind.WRITING, language)


def has_many_answers(instruction: str, language: str = "en") -> bool:
    """True for a task that asks for several answers or for something made up, and for one that is not known."""
    return (
        not instruction.strip()
        or _asks(instruction, WordKind.INVENTING, language)
        or _asks(instruction, WordKind.SEVERAL, language)
    )


def asks_to_decline(instruction: str, language: str = "en") -> bool:
    """True for a task whose right answer may be an apology or a refusal."""
    return _asks(instruction, WordKind.DECLINING, language)


def asks_for_labelled_lines(instruction: str, language: str = "en") -> bool:
    """True for a task whose right answer may consist of lines such as "Anna: …", "Ben: …"."""
    return _asks(instruction, WordKind.LABELLED_LINES, language)


def _asks(instruction: str, kind: WordKind, language: str) -> bool:
    return _pattern(kind, language).search(instruction) is not None


@lru_cache(maxsize=128)
def _pattern(kind: WordKind, language: str) -> re.Pattern[str]:
    """A pattern for the words of a kind; they may go on, since they are stems."""
    return re.compile(words_of(reading_packs(language), kind, begins=True), re.IGNORECASE)
