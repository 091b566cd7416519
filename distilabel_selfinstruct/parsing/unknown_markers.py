"""Markers that this package does not read: translated ones, or words of the model's own.

The rule: an answer without the known markers that is written in the pattern of a format, the same labels again and
again or the translations of ours, is not an answer but a format that nobody has read. It is rejected with the words
seen, so that they can be told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from distilabel_selfinstruct.languages import load_pack, other_markers, pack_names
from distilabel_selfinstruct.parsing.filters.asked import asks_for_labelled_lines

# Words before a colon in code.
_KEYWORDS = frozenset({"else", "try", "except", "finally", "default", "do"})

_DECORATION = r"[ \t]*(?:[-*\u2022>][ \t]+)?(?:#{1,6}[ \t]*)?(?:\d{1,2}[.)][ \t]+)?[*_]{0,3}"

# Thai vowel and tone signs are no letters to a pattern.
_LETTER = r"[^\W\d_]"
_SIGN = r"[\u0e31-\u0e4e]"

# "Given: hot", "**Eingabe 1:** heiß", "Ausgabe:".
_LABEL_LINE = re.compile(
    _DECORATION + rf"({_LETTER}(?:[\w'\u2019-]| (?={_LETTER})|{_SIGN}){{0,24}}?)"
    r"[ \t]*(?:(?:\d{1,3}[*_]{0,3}|[*_]{1,3})[ \t]*)?[:\uff1a](?!//)"
)

# "예시 1", "### Beispiel 2:", "例1".
_NUMBERED_LINE = re.compile(
    _DECORATION + rf"({_LETTER}(?:{_LETTER}|{_SIGN}){{0,14}})"
    r"[ \t]*(\d{1,3})[*_]{0,3}[ \t]*(?:(?:[:\uff1a.][*_]{0,3}|[*_]{1,3})[ \t]*)?$"
)

# "[입력] 밥", "<Eingabe>", "Salida – x", "「出力」": a word with any sign before or after it.
_SIGNED_LINE = re.compile(
    r"[^\w\n]{0,8}(?:[\d\u2460-\u2473]{1,2}[^\w\n]{1,3})?"
    rf"({_LETTER}(?:[\w'\u2019-]| (?={_LETTER})|{_SIGN}){{0,24}}?)"
    r"[^\S\n]*(?:[\d\u2460-\u2473]{1,3}[^\S\n]*)?(?:[^\w\s'\u2019]|$)"
)

_FEWEST_ROUNDS = 2
_LABELS_OF_A_FORMAT = 2

# The pattern of a format shows at once.
_LINES_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class _Lines:
    """The labels of a text in order, those with other signs, the words before numbers, and whether it begins so."""

    labels: tuple[str, ...]
    signed: tuple[str, ...]
    numbered: tuple[str, ...]
    at_start: bool


def unknown_markers(text: str, instruction: str = "", language: str = "en") -> tuple[str, ...]:
    """The words that stand where markers should, each once and in order; none for a text that is an answer.

    Translations of our markers count wherever they stand together. Other labels count only if the text consists of
    the same two again and again and the instruction does not ask for a text of that kind, such as a dialogue.
    """
    found = _labels(text)
    if _is_translated(found):
        return _translations(found)
    if found.at_start and _repeats(found.labels) and not asks_for_labelled_lines(instruction, language):
        return tuple(dict.fromkeys((*found.numbered, *found.labels)))
    return ()


def translated_markers(text: str) -> tuple[str, ...]:
    """The translations of our markers in a text, each once and in order, if they stand as markers do."""
    found = _labels(text)
    return _translations(found) if _is_translated(found) else ()


def _labels(text: str) -> _Lines:
    labels: list[str] = []
    signed: list[str] = []
    numbered: list[str] = []
    at_start: bool | None = None
    for line in [line for line in text.split("\n") if line.strip()][:_LINES_LOOKED_AT]:
        label = _LABEL_LINE.match(line)
        number = None if label else _NUMBERED_LINE.match(line)
        if label:
            labels.append(label[1])
        elif number:
            numbered.append(number[1])
        elif sign := _SIGNED_LINE.match(line):
            signed.append(sign[1])
        at_start = bool(label or number) if at_start is None else at_start
    return _Lines(tuple(labels), tuple(signed), tuple(numbered), bool(at_start))


def _is_translated(found: _Lines) -> bool:
    if not found.labels and not found.signed and not found.numbered:
        return False
    words = _words_of_all_languages()
    labels = [label.casefold() for label in (*found.labels, *found.signed)]
    has_output, has_input = not words["output"].isdisjoint(labels), not words["input"].isdisjoint(labels)
    examples = sum(word.casefold() in words["example"] for word in found.numbered)
    class_labels = sum(label in words["class_label"] for label in labels)
    # An output alone may be a word of the text, "Salida: 8:00", unless the text begins with it and has no other.
    only_one = found.at_start and len(found.labels) == 1 and has_output
    together = (has_input and has_output) or (examples > 0 and (has_input or has_output))
    numbered = found.at_start and examples >= _FEWEST_ROUNDS
    return together or only_one or numbered or class_labels >= _FEWEST_ROUNDS


def _translations(found: _Lines) -> tuple[str, ...]:
    known = frozenset().union(*_words_of_all_languages().values())
    return tuple(
        dict.fromkeys(word for word in (*found.numbered, *found.labels, *found.signed) if word.casefold() in known)
    )


@cache
def _words_of_all_languages() -> dict[str, frozenset[str]]:
    """The markers of all languages but English, by kind, in lower case."""
    packs = [load_pack(name) for name in pack_names() if name != "en"]
    others = other_markers()
    return {
        kind: frozenset(
            word.casefold()
            for word in (*others[kind], *(one for pack in packs for one in getattr(pack.own_markers, kind)))
        )
        for kind in ("input", "output", "example", "class_label")
    }


def _repeats(labels: Sequence[str]) -> bool:
    """True for the same two labels in turn, twice at least; the last pair may lack its second."""
    first, second = labels[0::2], labels[1::2]
    return (
        len(second) >= _FEWEST_ROUNDS
        and len(set(first)) == 1
        and len(set(second)) == 1
        and len({*first, *second}) == _LABELS_OF_A_FORMAT
        and _KEYWORDS.isdisjoint(labels)
    )
