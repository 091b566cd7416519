"""Words and scripts: with them the English rules and figures of the paper also hold for other languages."""

import re
import unicodedata
from collections.abc import Collection
from math import ceil

# Two characters of Chinese, Japanese or Korean count as one word. Chinese and Japanese words have about two
# characters; a Korean word between spaces holds a noun with its particle, which English writes as two or
# three words.
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_EAST_ASIAN_CHARACTERS_PER_WORD = 2

# Thai, Lao, Khmer and Burmese are written without spaces. Four characters, vowel and tone signs included,
# count as one word.
_SOUTH_EAST_ASIAN = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_SOUTH_EAST_ASIAN_CHARACTERS_PER_WORD = 4

# A run between spaces counts as a word only if it holds a letter or a digit (`\w` without the underscore).
_WORD_CHARACTER = re.compile(r"[^\W_]")

# A text is in the right script if its first letter is, or at least this share of its letters: code, names and
# quoted foreign text are common in good instructions. The share is higher for Latin letters, because texts in
# all other scripts contain Latin names and terms.
_SHARE_OF_LETTERS = 0.15
_SHARE_OF_LATIN_LETTERS = 0.5

# What a terminal obeys (with the line separators that some take for a newline), and what it cannot show.
_NOT_FOR_SCREENS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Halves of a character outside the basic plane: no UTF-8 exists for one alone.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# So many letters show the script of a text, whatever its length.
_NUM_LETTERS = 400


def primary_language(tag: str) -> str:
    """The language in a BCP-47 tag: "pt" in "pt-BR"."""
    return re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]


def count_words(text: str, characters_per_word: float | None = None, *, spaced: bool = False) -> int:
    """The number of words, as nearly as it can be told without a dictionary.

    Between spaces there is one word. In scripts without spaces and in Korean, characters are counted: two per
    word in Chinese, Japanese and Korean, four in Thai, Lao, Khmer and Burmese, rounded up.

    Args:
        text: what is counted.
        characters_per_word: how many characters of these scripts are a word, where a language says it.
        spaced: whether all words stand between spaces.
    """
    east = 0 if spaced else len(_EAST_ASIAN.findall(text))
    south_east = 0 if spaced else len(_SOUTH_EAST_ASIAN.findall(text))
    if east or south_east:
        text = _SOUTH_EAST_ASIAN.sub(" ", _EAST_ASIAN.sub(" ", text))
    count = sum(1 for run in text.split() if _WORD_CHARACTER.search(run))
    if characters_per_word is not None:
        return count + ceil((east + south_east) / characters_per_word)
    return count - -east // _EAST_ASIAN_CHARACTERS_PER_WORD - -south_east // _SOUTH_EAST_ASIAN_CHARACTERS_PER_WORD


def length_in_words(text: str, characters_per_word: float | None = None, *, spaced: bool = False) -> int:
    """The length of a text as in the paper's Table 1: everything between spaces counts, even a dash.

    The words of texts with Korean or a script without spaces are counted by `count_words`.
    """
    if spaced or text.isascii() or not (_EAST_ASIAN.search(text) or _SOUTH_EAST_ASIAN.search(text)):
        return len(text.split())
    return count_words(text, characters_per_word)


def wrong_script(text: str, expected: Collection[str]) -> str | None:
    """The script of the first letter if the text is in none of the expected scripts, else None.

    The result is also None where no script is expected and for texts without a letter.

    Args:
        text: what is looked at.
        expected: scripts by the first words of the Unicode names of their letters: "LATIN", "HANGUL".
    """
    if not expected:
        return None
    scripts = [script_of(letter) for letter in text[: 4 * _NUM_LETTERS] if letter.isalpha()]
    scripts = scripts[:_NUM_LETTERS]
    if not scripts or scripts[0] in expected:
        return None
    share = _SHARE_OF_LATIN_LETTERS if "LATIN" in expected else _SHARE_OF_LETTERS
    matching = sum(script in expected for script in scripts)
    return None if matching >= share * len(scripts) else scripts[0].lower()


def script_of(letter: str) -> str:
    """The script of a character by its Unicode name: "LATIN", "HANGUL", "CJK" and so on."""
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]


def escape_controls(text: str) -> str:
    r"""The text as a screen may show it: characters that a terminal would obey, or could not show, are written out.

    These are control characters other than newline and tab, the marks that turn the direction of writing, and lone
    surrogates. Each becomes the escape that JSON has for it: `\u001b`.
    """
    return _NOT_FOR_SCREENS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def encodable(text: str) -> str:
    """The text with each lone surrogate (half a character) replaced by U+FFFD, so that it can be written as UTF-8."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
