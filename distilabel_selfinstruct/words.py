"""Words and scripts: with them the English rules and figures of the paper also hold for other languages."""

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

# What people and models write where there is no input, in lower case and without marks around it. One word alone is
# enough: nobody gives the word "none" as an input of its own.
_NO_INPUT = re.compile(
    "n/a|n\\.a|none|noinput|not applicable|(?:none|not|nothing)(?: is)? (?:needed|required|necessary|provided|given)"
    "|no (?:(?:additional|further|specific|extra|other|explicit|external|user) )?inputs?"
    "(?: (?:is |was |are )?(?:needed|required|necessary|provided|given|available|specified|applicable|data))?"
    "(?: (?:here|for this(?: \\w+)?))?"
    "|(?:this task )?(?:does not|doesn.t) (?:need|require) (?:an |any )?inputs?"
    "|inputs?(?: is| are)? (?:not (?:needed|required|necessary|applicable|provided)|none|unnecessary)"
    "|(?:입력(?:값)?(?:이|은)? ?)?(?:없음|없습니다|불필요|필요 ?없음|필요 ?없습니다)|해당 ?(?:사항 ?)?없음"
    "|入力(?:は|が)?(?:なし|無し|不要|ありません|必要ありません|必要なし)(?:です)?|(?:特に)?(?:なし|無し)|該当なし"
    "|(?:无|無|没有|沒有|不需要|无需|無需)(?:输入|輸入)|无|無|不适用|不適用"
    "|keine(?: (?:eingabe|angabe))?(?: (?:nötig|notwendig|erforderlich))?|ohne eingabe|entfällt"
    "|nicht (?:zutreffend|nötig)"
    "|ninguna(?: entrada)?|sin entrada|ninguno|no (?:aplica|procede)"
    "|no (?:se )?(?:requiere|necesita)(?: (?:de )?(?:una )?entrada)?"
    "|aucune?(?: entrée)?(?: (?:nécessaire|requise))?|sans (?:entrée|objet)|pas d.entrée|non applicable"
    "|ไม่มี(?:อินพุต|ข้อมูล(?:นำ)?เข้า|ข้อมูล)?|ไม่(?:ต้องการ|จำเป็น)(?:อินพุต|ต้องมีอินพุต)?"
)

# Words that say so in brackets only: "(empty)"; bare, they may be an input.
_NO_INPUT_IN_BRACKETS = re.compile("empty|blank|nil|null|leave blank|-|left blank|nothing")

_BRACKETS = {"<": ">", "(": ")", "[": "]", "{": "}", "\uff08": "\uff09", "\u3010": "\u3011", "\u300c": "\u300d"}
_QUOTES_AND_STARS = "\"'`*_\u201c\u201d\u2018\u2019"

# Longer texts are no placeholders.
_LONGEST_PLACEHOLDER = 60

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

# What a terminal obeys (with the line separators that some take for a newline), and what it cannot show.
_NOT_FOR_SCREENS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Halves of a character outside the basic plane: no UTF-8 exists for one alone.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# So many letters show the script of a text, whatever its length.
_NUM_LETTERS = 400


def without_placeholder(text: str) -> str:
    """An empty text for one that only says that there is no input; any other text as it is.

    The rule: "N/A", "None", "<noinput>", "(no input needed)", "No input required." and their like, in any case and
    marks and in the languages of the word lists, are an empty input. A sentence that begins so is none of them.
    """
    if len(text) > _LONGEST_PLACEHOLDER:
        return text
    bare = " ".join(text.split()).strip(_QUOTES_AND_STARS).casefold()
    bracketed = False
    while bare and _BRACKETS.get(bare[0]) == bare.rstrip(".")[-1:]:
        bare, bracketed = bare.rstrip(".")[1:-1].strip(_QUOTES_AND_STARS + " /"), True
    bare = bare.rstrip(".!\u3002").strip(_QUOTES_AND_STARS + " ")
    said = _NO_INPUT.fullmatch(bare) or (bracketed and _NO_INPUT_IN_BRACKETS.fullmatch(bare))
    return "" if said else text


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


def escape_controls(text: str) -> str:
    r"""The text as a screen may show it: characters that a terminal would obey, or could not show, are written out.

    These are control characters other than newline and tab, the marks that turn the direction of writing, and lone
    surrogates. Each becomes the escape that JSON has for it: `\u001b`.
    """
    return _NOT_FOR_SCREENS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def encodable(text: str) -> str:
    """The text with each lone surrogate (half a character) replaced by U+FFFD, so that it can be written as UTF-8."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
