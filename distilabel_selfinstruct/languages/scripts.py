"""Scripts by the first word of the Unicode names of their letters, and where words end in them."""

import unicodedata
from collections.abc import Iterable
from functools import cache

# The blocks of each script, which hold its punctuation and digits too.
BLOCKS = {
    "LATIN": ((0x41, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF)),
    "CYRILLIC": ((0x400, 0x52F),),
    "GREEK": ((0x370, 0x3FF),),
    "ARABIC": ((0x600, 0x6FF),),
    "HEBREW": ((0x590, 0x5FF),),
    "DEVANAGARI": ((0x900, 0x97F),),
    "HANGUL": ((0xAC00, 0xD7A3),),
    "HIRAGANA": ((0x3040, 0x309F),),
    "KATAKANA": ((0x30A0, 0x30FF),),
    "CJK": ((0x4E00, 0x9FFF),),
    "THAI": ((0xE00, 0xE7F),),
}


def no_letter_follows(scripts: Iterable[str]) -> str:
    """A pattern for the end of a word in these scripts: none of their letters follows. It consumes nothing."""
    ranges = "".join(_letters(script) for script in sorted(scripts))
    return f"(?![{ranges}])" if ranges else r"(?!\w)"


@cache
def _letters(script: str) -> str:
    """The letters of a script and the marks on them, as the inside of a class of characters."""
    ranges: list[list[int]] = []
    for first, last in BLOCKS.get(script, ()):
        for code in range(first, last + 1):
            if unicodedata.category(chr(code))[0] in "LM":
                if ranges and ranges[-1][1] == code - 1:
                    ranges[-1][1] = code
                else:
                    ranges.append([code, code])
    return "".join(rf"\u{first:04x}-\u{last:04x}" for first, last in ranges)
