"""Which fonts can draw a text: the one that comes with matplotlib, and one that is installed for what that lacks."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

FONT = "DejaVu Sans"

# Families that have the letters of many languages come first, so that one font draws a whole text.
_PREFERRED = (
    "Noto Sans CJK",
    "Noto Sans",
    "Nanum",
    "Malgun Gothic",
    "Apple SD Gothic",
    "PingFang",
    "Hiragino",
    "Yu Gothic",
)

_CJK = frozenset({"HANGUL", "CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH"})
_WITH_OWN_FONT = frozenset(
    {
        *("ARMENIAN", "BENGALI", "CHEROKEE", "DEVANAGARI", "ETHIOPIC", "GEORGIAN", "GUJARATI", "GURMUKHI", "KANNADA"),
        *("KHMER", "LAO", "MALAYALAM", "MONGOLIAN", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAI"),
        "TIBETAN",
    }
)

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def fonts_for(text: str) -> tuple[str, ...]:
    """The fonts for a text: ours, and the installed one that has most of the letters that ours lacks."""
    missing = undrawn(text, (FONT,))
    if not missing:
        return (FONT,)
    best, most = "", 0
    for name in _installed():
        count = len(missing & _letters(name))
        if count > most:
            best, most = name, count
        if count == len(missing):
            break
    return (FONT, best) if best else (FONT,)


def undrawn(text: str, fonts: Iterable[str]) -> frozenset[str]:
    """The letters of a text that these fonts lack, and those that are written from right to left.

    matplotlib writes all letters from left to right, and does not join them.
    """
    letters = {letter for letter in text if not letter.isspace()}
    known: frozenset[str] = frozenset().union(*(_letters(font) for font in fonts))
    return frozenset(
        letter for letter in letters if letter not in known or unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT
    )


def font_with(letters: Iterable[str]) -> str:
    """A free font that has the most of some letters, by name; empty where they are none, or from right to left."""
    scripts = Counter(
        unicodedata.name(letter, "").partition(" ")[0]
        for letter in sorted(letters)
        if unicodedata.bidirectional(letter) not in _RIGHT_TO_LEFT
    )
    if not scripts:
        return ""
    script = scripts.most_common(1)[0][0]
    if script in _CJK:
        return "Noto Sans CJK"
    return f"Noto Sans {script.title()}" if script in _WITH_OWN_FONT else "Noto Sans"


@cache
def _installed() -> tuple[str, ...]:
    """The names of the installed fonts, in an order that is the same on each start."""
    from matplotlib.font_manager import OSXFontDirectories, X11FontDirectories, fontManager, list_fonts

    # matplotlib keeps a list of fonts for good: one that was installed later is not in it.
    known = {font.fname for font in fontManager.ttflist}
    folders = (*X11FontDirectories, *OSXFontDirectories)
    found = {path for folder in folders for path in list_fonts(folder, ["ttf", "ttc", "otf"])}
    for path in sorted(found - known):
        with suppress(OSError, RuntimeError, ValueError):  # a damaged font, or one of a kind that it cannot read
            fontManager.addfont(path)
    names = {font.name for font in fontManager.ttflist if font.style == "normal"}
    ranks = {
        name: next((rank for rank, begin in enumerate(_PREFERRED) if name.startswith(begin)), 99) for name in names
    }
    return tuple(sorted(names, key=lambda name: (ranks[name], name)))


@cache
def _letters(name: str) -> frozenset[str]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    try:
        return frozenset(map(chr, get_font(findfont(FontProperties(family=[name]))).get_charmap()))
    except (OSError, RuntimeError, ValueError):  # a damaged font
        return frozenset()
