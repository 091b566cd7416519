"""How many words a text has, as the pack of its language counts them."""

from collections.abc import Callable
from functools import partial

from distilabel_selfinstruct.languages.pack import Pack
from distilabel_selfinstruct.languages.packs import find_pack
from distilabel_selfinstruct.words import count_words, length_in_words

_BETWEEN_SPACES = frozenset({"LATIN", "FULLWIDTH"})

Counter = Callable[[str], int]


def word_counter(language: str | None) -> Counter:
    """What counts the words of a text for the rules: `words.count_words`, or as the language's pack says."""
    return _counter(language, count_words)


def length_counter(language: str | None) -> Counter:
    """What measures texts in words for reports: `words.length_in_words`, or as the language's pack says."""
    return _counter(language, length_in_words)


def _counter(language: str | None, usual: Callable[..., int]) -> Counter:
    pack = find_pack(language) if language else None
    if pack is None:
        return usual
    if pack.characters_per_word is not None:
        return partial(usual, characters_per_word=pack.characters_per_word)
    return usual if _is_usual(pack) else partial(usual, spaced=True)


def _is_usual(pack: Pack) -> bool:
    """True for languages with spaces, in whose texts other scripts are counted as they are elsewhere."""
    return not pack.scripts or pack.scripts <= _BETWEEN_SPACES
