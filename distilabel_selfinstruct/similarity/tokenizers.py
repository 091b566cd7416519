"""Text to tokens, for ROUGE-L.

`rouge_score` is the default tokenizer of the package of that name, without its stemmer: what the paper's
filter uses. It sees ASCII letters and digits only, so two equal Chinese sentences have no token in common.
`unicode` sees the letters and digits of every script.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.languages import find_pack
from distilabel_selfinstruct.records import Mode
from distilabel_selfinstruct.similarity.korean import kiwi_tokens, stems
from distilabel_selfinstruct.words import script_of

Tokenizer = Callable[[str], list[str]]

# Upper case to lower, letters and digits to themselves, all else to a space.
_ASCII = bytes(ord(letter.lower()) if letter.isascii() and letter.isalnum() else 32 for letter in map(chr, range(256)))

# Scripts written without spaces between words: a token per letter.
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u1950-\u19df\u1a20-\u1aaf"  # Tai Le, New Tai Lue, Tai Tham
    "\u1b00-\u1b7f\ua980-\ua9df"  # Balinese, Javanese
    "\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"  # iteration marks, Kana, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
# Left out by many writers of the same word: the vowel points of Hebrew and Arabic, the Arabic elongation;
# also joiners and variation selectors, which change the look only, and the dot that remains of a case-folded
# İ.
_IGNORED = re.compile(
    "[\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u065f\u0670\u200b-\u200d\u2060\ufe00-\ufe0f]|(?<=i)\u0307"
)
_LAST_MARK = 0x1E94A  # of all scripts; what follows are variation selectors


def rouge_score_tokens(text: str) -> list[str]:
    """Lower-case, then runs of `[a-z0-9]`: equal to `rouge_score.tokenize` without its stemmer.

    Lower-casing comes first where a text is not ASCII: it makes ASCII letters of U+212A (Kelvin) and U+0130
    (İ).
    """
    if not text.isascii():
        text = text.lower()
    return text.encode("ascii", "replace").translate(_ASCII).decode("ascii").split()


def unicode_tokens(text: str) -> list[str]:
    """Letters and digits of all scripts, compatibility forms unified (NFKC), case folded.

    - A run of letters and digits is a token. Marks belong to their letter: a composed and a decomposed é are
      equal, é and e are not, the vowel signs of Indic scripts and the dots of Kana count.
    - Han, Kana, Thai, Lao, Khmer, Myanmar and other scripts without spaces give a token per letter with its
      marks.
    - Hangul is written with spaces and gives a token per word, particles included, as its writers separate
      it: by syllable, short Korean sentences that share only endings and particles would pass for
      near-duplicates.
    - The vowel points of Hebrew and Arabic, which most texts leave out, are ignored.

    On ASCII text it equals `rouge_score_tokens`.
    """
    if text.isascii():
        return rouge_score_tokens(text)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _unicode_word().findall(_IGNORED.sub("", folded))


@cache
def _unicode_word() -> re.Pattern[str]:
    """One unspaced letter, or a run of other letters and digits; each with the marks that follow it."""
    marks = "".join(
        letter for letter in map(chr, range(0x300, _LAST_MARK + 1)) if unicodedata.category(letter)[0] == "M"
    )
    return re.compile(rf"[{_UNSPACED}][{marks}]*|(?:[^\W_{_UNSPACED}][{marks}]*)+")


def eojeol_stem_tokens(text: str) -> list[str]:
    """Korean words less their particles, by the list of the Korean pack; other words as `unicode_tokens` has them."""
    return stems(unicode_tokens(text))


_SHARE_OF_OTHER_LETTERS = 0.005

TOKENIZERS: dict[str, Tokenizer] = {
    "rouge_score": rouge_score_tokens,
    "unicode": unicode_tokens,
    "eojeol_stem": eojeol_stem_tokens,
    "kiwi": kiwi_tokens,
}


def get_tokenizer(tokenizer: str | Tokenizer) -> Tokenizer:
    """The tokenizer of that name, or the callable itself.

    Raises:
        ConfigError: no tokenizer has that name.
    """
    if callable(tokenizer):
        return tokenizer
    if not isinstance(tokenizer, str) or tokenizer not in TOKENIZERS:
        raise ConfigError(f"There is no tokenizer {tokenizer!r}: use one of {', '.join(TOKENIZERS)}.")
    return TOKENIZERS[tokenizer]


def resolve_tokenizer(name: str, language: str, mode: Mode = "default") -> str:
    """The name of the tokenizer that an option asks for.

    Args:
        name: the value of the option; `auto` leaves the choice to the language and the mode.
        language: BCP-47 tag of the texts, or the folder of their pack.
        mode: `strict` takes the tokenizer of the reference implementation, whatever the language.
    """
    if name != "auto":
        return name
    if mode == "strict":
        return "rouge_score"
    pack = find_pack(language)
    return pack.tokenizer if pack else "unicode"


class TokenizerChoice:
    """The tokenizer for texts whose language nobody has said, by their script: `resolve_tokenizer` for what was seen.

    Both tokenizers agree on ASCII text. So texts count as English as long as at most one character in 200 is a letter
    outside ASCII; with more, equal words would be no tokens for `rouge_score`, and a digit in common would be all.

    Args:
        name: the value of the option; anything but `auto` stays as it is.
    """

    def __init__(self, name: str | Tokenizer = "auto") -> None:
        self._name = name
        self._num_characters = 0
        self._scripts: Counter[str] = Counter()

    def see(self, text: str) -> None:
        """Take a text into account."""
        self._num_characters += len(text)
        if not text.isascii() and self._name == "auto":
            self._scripts.update(script_of(letter) for letter in text if letter > "\x7f" and letter.isalpha())

    @property
    def is_open(self) -> bool:
        """Whether the texts decide."""
        return self._name == "auto"

    @property
    def tokenizer(self) -> str | Tokenizer:
        """The tokenizer for the texts seen so far."""
        if not isinstance(self._name, str):
            return self._name
        return resolve_tokenizer(self._name, "en" if self._share <= _SHARE_OF_OTHER_LETTERS else "und")

    @property
    def note(self) -> str:
        """Which tokenizer it is and why, in a sentence; empty unless the texts decide."""
        if self._name != "auto":
            return ""
        if self.tokenizer == "rouge_score":
            return "Tokenizer: rouge_score, because nearly all letters are ASCII (`tokenizer=unicode` sees the others)."
        scripts = ", ".join(script.lower() for script, _ in self._scripts.most_common(2))
        return f"Tokenizer: unicode, because {self._share:.0%} of the characters are letters outside ASCII ({scripts})."

    @property
    def _share(self) -> float:
        return self._scripts.total() / self._num_characters if self._num_characters else 0.0
