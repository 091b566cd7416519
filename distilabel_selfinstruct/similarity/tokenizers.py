"""Text to tokens, for ROUGE-L.

`rouge_score` is the default tokeniser of the package of that name, without its stemmer: what the paper's filter uses.
It sees ASCII letters and digits only, so two equal Chinese sentences have no token in common. `unicode` sees the
letters and digits of every script.
"""

import re
import unicodedata
from collections.abc import Callable

from distilabel_selfinstruct.errors import ConfigError

Tokenizer = Callable[[str], list[str]]

_ASCII_WORD = re.compile(r"[a-z0-9]+")

# Scripts written without spaces between words: a token per letter, with the marks that follow it.
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
# In order: one unspaced letter, or a run of other letters, digits and the marks between them.
_UNICODE_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def rouge_score_tokens(text: str) -> list[str]:
    """Lower-case, then runs of `[a-z0-9]`: equal to `rouge_score.tokenize` without its stemmer."""
    return _ASCII_WORD.findall(text.lower())


def unicode_tokens(text: str) -> list[str]:
    """Letters and digits of all scripts, NFKC-normalised and case-folded, accents removed.

    Han, Kana, Thai, Lao, Khmer and Myanmar give a token per letter. Hangul is written with spaces and gives a token
    per word, particles included, as its writers separate it.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    decomposed = unicodedata.normalize("NFD", folded)
    bare = "".join(letter for letter in decomposed if not unicodedata.category(letter).startswith("M"))
    return _UNICODE_WORD.findall(unicodedata.normalize("NFC", bare))


TOKENIZERS: dict[str, Tokenizer] = {"rouge_score": rouge_score_tokens, "unicode": unicode_tokens}


def get_tokenizer(tokenizer: str | Tokenizer) -> Tokenizer:
    """The tokeniser of that name, or the callable itself.

    Raises:
        ConfigError: no tokeniser has that name.
    """
    if callable(tokenizer):
        return tokenizer
    if tokenizer not in TOKENIZERS:
        raise ConfigError(f"There is no tokenizer {tokenizer!r}: use one of {', '.join(TOKENIZERS)}.")
    return TOKENIZERS[tokenizer]
