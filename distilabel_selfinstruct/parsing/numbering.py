"""Where the items of a list begin, in the ways in which models number them.

The rule: numbers with a dot, the paper's format, are the items where there are any, or "Task 9:" if there are several;
else numbers in another style; else letters, circled numbers and numbers with a colon or a dash, if they count up one by
one; else bullets. Only the outermost list counts: a list inside an item belongs to it.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from distilabel_selfinstruct.languages import Pack
from distilabel_selfinstruct.languages.expressions import any_of
from distilabel_selfinstruct.parsing.marker_lines import BLANK
from distilabel_selfinstruct.parsing.task_words import counters, number_signs, other_list_words, task_words
from distilabel_selfinstruct.parsing.task_words import letters as letters_of

# The number of an item at a line's start, with what chat models put around it: "10. ", "10) ", "(10) ",
# "10、", "**10.** ", "- 10. ", "### 10. ", "### Task 12: ", "Task 12" alone on its line.
_NUMBER = r"""(?P<indent>[ \t\u00a0\u3000]*)
    (?:[-*\u2022>][ \t]+)?                        # a bullet or a quotation mark before the number
    (?P<heading>\#{1,6}[ \t]*)?
    (?P<bold>[*_]{1,3})?[\[\u3010\u3014]?
    (?P<word>(?:WORDS|(?P<other>OTHER))\.?[ \t]*(?:\#[ \t]*)?)?
    [(\uff08]?(?P<number>\d{1,4})(?P<counter>COUNTERS)?
    BLANK?
    (?P<separator>[.)\uff09\uff0e\u3001\]\u3011\u3015]|[:\uff1a]|[-\u2013\u2014](?=[ \t])|(?=[*_]*[ \t]*$)
    |(?(counter)(?<=[ \t])|(?!)))
    (?:(?<=\.)[)\u00ba])?                         # "9.)" in German, "9.\u00ba" in Spanish
    (?:(?!\d)|(?<=[\uff0e\u3001\uff09\u3011\u3015]))  # "3.5 metres" begins no item; no decimal has a full-width dot
    [*_]{0,3}(?:[:\uff1a]|-(?=[ \t]))?BLANK*
    """

# A bullet at a line's start. A dash that is a minus or a dialogue's dash has no space after it.
_BULLET = re.compile(
    r"[ \t\u3000]*(?:[-*\u2022\u2023\u25e6\u2013\u2043\u2981][ \t]+"
    r"|[\u30fb\u00b7\u318d\u203b\u21d2\u2192\u25a0-\u25cf\u25d8-\u25e5\u2605\u2606\u2610-\u2612\u2713\u2714\u27a4]\ufe0f?"
    r"[ \t\u3000]*)"
)

# "Task: …" without a number, on each item.
_LABEL = (
    r"[ \t]*(?:[-*\u2022][ \t]+)?(?:\#{1,6}[ \t]*)?[*_]{0,3}(?:WORDS)[*_]{0,3}BLANK*[:\uff1a]"
    r"[*_]{0,3}[ \t]*"
)

# Styles that other things are written in too, such as a time, "10: 30", or the options of a question.
_COLON = re.compile(r"[ \t]*(\d{1,4})[ \t]?[:\uff1a][ \t]*(?=\D)")
_DASH = re.compile(r"[ \t]*(\d{1,4})(?:[ \t]*[-\u2013\u2014]|[/>|])[ \t]+")
_HASH = re.compile(r"[ \t]*#(\d{1,4})[.):]?[ \t]+")
_BARE = re.compile(r"[ \t]*(\d{1,4})[ \t]+(?=[^\W\d_a-z])")
_CIRCLED = re.compile(r"[ \t]*([\u2460-\u249b\u24ea\u24f5-\u24fe\u2776-\u2793\u3251-\u325f\u32b1-\u32bf])[ \t]*")
_ENCLOSED = re.compile(
    r"[ \t]*([\u2160-\u216b\u24b6-\u24e9\u3200-\u320d\u320e-\u321b\u3220-\u3229\u3260-\u327b\u3280-\u3289])\.?[ \t]*"
)
_FIRST_ENCLOSED = (0x2160, 0x24B6, 0x24D0, 0x3200, 0x320E, 0x3220, 0x3260, 0x326E, 0x3280)
_KEYCAP = re.compile("[ \t]*((?:\\d\ufe0f?\u20e3){1,2}|\U0001f51f)[ \t]*")
_LETTER = r"[ \t]*[(\uff08]?([LETTERS])(?:[.)][ \t]+|[\uff09\uff0e\u3001][ \t\u3000]*)"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = re.compile(r"[ \t]*\(?([ivxl]{1,6}|[IVXL]{1,6})[.)\uff09][ \t]+")

_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50}

_DOTS = {"\uff0e": ".", "\uff09": ")", "]": ")", "\u3011": ")", "\u3015": ")"}
_UNMARKED = frozenset({".", ")", "\u3001"})


@dataclass(frozen=True, slots=True)
class Start:
    """Where an item starts: its line, its number, how deep it is indented, and how much of the line that takes up.

    `number` is None for items that may be a part of a text above them: bullets and letters.
    """

    line: int
    number: int | None
    indent: int
    style: str
    length: int


class Numbering:
    """Finds the beginnings of items, with the words of some languages.

    Args:
        packs: the languages.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        words = task_words(packs)
        names = {
            "BLANK": BLANK,
            "WORDS": words,
            "OTHER": any_of([other_list_words(packs), number_signs(packs)]),
            "COUNTERS": counters(packs),
        }
        filled = re.sub("|".join(names), lambda found: names[found[0]].replace(" ", "[ ]"), _NUMBER)
        self._number = re.compile(filled, re.VERBOSE | re.IGNORECASE)
        self._label = re.compile(_LABEL.replace("WORDS", words).replace("BLANK", BLANK), re.IGNORECASE)
        letters = (_LATIN, *letters_of(packs))
        self._styles = (
            self._numbered,
            self._labelled,
            _counted(_COLON, int),
            _counted(_DASH, int),
            _counted(_CIRCLED, _value),
            _counted(_ENCLOSED, _enclosed_value),
            _counted(_KEYCAP, _keycap_value),
            _counted(_HASH, int),
            _counted(_ROMAN, _roman_value),
            _counted(_BARE, int, may_be_alone=False),
            *(_lettered(_letter_pattern(one), partial(_letter_value, one)) for one in letters),
            _bulleted,
        )

    def starts_of_items(self, lines: Sequence[str]) -> list[Start]:
        """The beginnings of the items, in order; none for a text that is no list."""
        for begins in self._styles:
            starts = begins(lines)
            if starts:
                return _outermost(starts)
        return []

    def begins_item(self, line: str) -> bool:
        """True for a line with a number or a bullet at its start."""
        return any(pattern.match(line) is not None for pattern in (self._number, _BULLET, _CIRCLED, self._label))

    def _numbered(self, lines: Sequence[str]) -> list[Start]:
        starts = []
        for index, line in enumerate(lines):
            found = self._number.match(line)
            if not found:
                continue
            marked = bool(found["word"] or found["heading"] or found["bold"] or found["counter"])
            style = _DOTS.get(found["separator"], found["separator"])
            if not marked and style not in _UNMARKED:
                continue  # "10: 30" and a number alone on its line begin no item
            if found["word"] or found["counter"]:
                style = "other word" if found["other"] else "word"
            starts.append(Start(index, int(found["number"]), len(found["indent"]), style, found.end()))
        return starts

    def _labelled(self, lines: Sequence[str]) -> list[Start]:
        found = [(index, label) for index, line in enumerate(lines) if (label := self._label.match(line)) is not None]
        starts = [Start(index, number, 0, "label", label.end()) for number, (index, label) in enumerate(found, 1)]
        return starts if len(starts) > 1 else []  # one alone is a label of its text


def _counted(
    pattern: re.Pattern[str], value: Callable[[str], int], *, may_be_alone: bool = True
) -> Callable[[Sequence[str]], list[Start]]:
    """A style whose numbers must count up one by one: two at least, or one on the first line."""

    def begins(lines: Sequence[str]) -> list[Start]:
        starts: list[Start] = []
        for index, line in enumerate(lines):
            found = pattern.match(line)
            if found and found.end() < len(line):
                number = value(found[1])
                if not starts or number == (starts[-1].number or 0) + 1:
                    starts.append(Start(index, number, _indent(line), "counted", found.end()))
        alone = may_be_alone and len(starts) == 1 and not any(line.strip() for line in lines[: starts[0].line])
        return starts if len(starts) > 1 or alone else []

    return begins


def _lettered(pattern: re.Pattern[str], value: Callable[[str], int]) -> Callable[[Sequence[str]], list[Start]]:
    """A style that begins with the first letter. Below a text, such items are a part of it: they get no numbers."""

    def begins(lines: Sequence[str]) -> list[Start]:
        found = [(index, match) for index, line in enumerate(lines) if (match := pattern.match(line)) is not None]
        starts: list[Start] = []
        for index, match in found:
            if value(match[1]) == len(starts) + 1:
                starts.append(Start(index, None, _indent(lines[index]), "lettered", match.end()))
        return starts if len(starts) > 1 else []

    return begins


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _value(sign: str) -> int:
    return int(unicodedata.numeric(sign))


def _enclosed_value(sign: str) -> int:
    return ord(sign) - max(first for first in _FIRST_ENCLOSED if first <= ord(sign)) + 1


def _keycap_value(keycaps: str) -> int:
    return int("".join(filter(str.isdigit, keycaps)) or 10)


def _letter_pattern(letters: str) -> re.Pattern[str]:
    both = letters + letters.upper() if letters.isascii() else letters
    return re.compile(_LETTER.replace("LETTERS", re.escape(both)))


def _letter_value(letters: str, letter: str) -> int:
    return letters.index(letter.lower()) + 1


def _roman_value(numeral: str) -> int:
    digits = [_ROMAN_DIGITS[letter] for letter in numeral.lower()]
    return sum(-one if one < following else one for one, following in zip(digits, [*digits[1:], 0], strict=True))


def _outermost(starts: list[Start]) -> list[Start]:
    styles = [start.style for start in starts]
    if not styles:
        return []
    # "Task 3:" outranks the numbers inside a task; the dot, which the prompt shows, outranks "1)" inside an
    # item. A single "Task 12:" among dots is the item whose turn it is.
    outranking = styles.count("word") > 1 or "." not in styles
    ranked = ["word"] * outranking + [".", *sorted(styles, key="other word".__eq__)]
    style = next(style for style in ranked if style in styles)
    kept: list[Start] = []
    for start in starts:
        due = bool(kept) and start.style == "word" and start.number == (kept[-1].number or 0) + 1
        if start.style == style or due:
            kept.append(start)
    least = min(start.indent for start in kept)
    return [start for start in kept if start.indent < least + 2]


def _bulleted(lines: Sequence[str]) -> list[Start]:
    starts = []
    for index, line in enumerate(lines):
        found = _BULLET.match(line)
        if found:
            starts.append(Start(index, None, _indent(line), "-", found.end()))
    return starts
