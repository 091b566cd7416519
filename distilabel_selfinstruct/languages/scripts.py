"""Scripts by the first word of the Unicode names of their letters, and where words end in them."""

from collections.abc import Iterable

_RANGES = {
    "LATIN": r"A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "CYRILLIC": r"\u0400-\u052f",
    "GREEK": r"\u0370-\u03ff",
    "ARABIC": r"\u0600-\u06ff",
    "HEBREW": r"\u0590-\u05ff",
    "DEVANAGARI": r"\u0900-\u097f",
    "HANGUL": r"\uac00-\ud7a3",
    "HIRAGANA": r"\u3040-\u309f",
    "KATAKANA": r"\u30a0-\u30ff",
    "CJK": r"\u4e00-\u9fff",
    "THAI": r"\u0e00-\u0e7f",
}


def no_letter_follows(scripts: Iterable[str]) -> str:
    """A pattern for the end of a word in these scripts: none of their letters follows. It consumes nothing."""
    ranges = "".join(_RANGES.get(script, "") for script in sorted(scripts))
    return f"(?![{ranges}])" if ranges else r"(?!\w)"
