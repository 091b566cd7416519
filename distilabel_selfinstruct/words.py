"""Word counts and scripts: with them the English rules and figures of the paper also hold for other languages."""

import re
import unicodedata

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

# The scripts in which a language is written. Each is the first word of the Unicode names of its characters.
_SCRIPTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("en", "de", "fr", "es"), frozenset({"LATIN", "FULLWIDTH"})),
    "ko": frozenset({"HANGUL", "CJK"}),
    "ja": frozenset({"HIRAGANA", "KATAKANA", "CJK", "HALFWIDTH", "FULLWIDTH"}),
    "zh": frozenset({"CJK", "FULLWIDTH"}),
    "th": frozenset({"THAI"}),
}

# A text is in the right script if its first letter is, or at least this share of its letters: code, names and
# quoted foreign text are common in good instructions. The share is higher for Latin letters, because texts in
# all other scripts contain Latin names and terms.
_SHARE_OF_LETTERS = 0.15
_SHARE_OF_LATIN_LETTERS = 0.5

# So many letters show the script of a text, whatever its length.
_NUM_LETTERS = 400


def primary_language(tag: str) -> str:
    """The language in a BCP-47 tag: "pt" in "pt-BR"."""
    return re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]


def count_words(text: str) -> int:
    """The number of words, as nearly as it can be told without a dictionary.

    Between spaces there is one word. In scripts without spaces and in Korean, characters are counted: two per
    word in Chinese, Japanese and Korean, four in Thai, Lao, Khmer and Burmese, rounded up.
    """
    east = len(_EAST_ASIAN.findall(text))
    south_east = len(_SOUTH_EAST_ASIAN.findall(text))
    if east or south_east:
        text = _SOUTH_EAST_ASIAN.sub(" ", _EAST_ASIAN.sub(" ", text))
    spaced = sum(1 for run in text.split() if _WORD_CHARACTER.search(run))
    return spaced - -east // _EAST_ASIAN_CHARACTERS_PER_WORD - -south_east // _SOUTH_EAST_ASIAN_CHARACTERS_PER_WORD


def length_in_words(text: str) -> int:
    """The length of a text as in the paper's Table 1: everything between spaces counts, even a dash.

    The words of texts with Korean or a script without spaces are counted by `count_words`.
    """
    if text.isascii() or not (_EAST_ASIAN.search(text) or _SOUTH_EAST_ASIAN.search(text)):
        return len(text.split())
    return count_words(text)


def wrong_script(text: str, language: str) -> str | None:
    """The script of the first letter if the text is in no script of the language, else None.

    The result is also None for languages that are not in the table and for texts without a letter.
    """
    expected = _SCRIPTS.get(primary_language(language))
    if expected is None:
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
