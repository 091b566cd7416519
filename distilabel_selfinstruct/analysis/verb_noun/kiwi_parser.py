"""Verbs and nouns of Korean instructions, by the morphemes of Kiwi.

The rule: the first noun that a particle marks as the object (을, 를), and then the next verb, or the next noun with
하다. A verb that describes a noun (환불을 요청하는 글을 쓰세요) is passed over with its object.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from distilabel_selfinstruct.errors import MissingExtraError

_OBJECT = "JKO"
_NOUN = "NNG"
_NOUNS = frozenset({_NOUN, "NNP", "SL"})
_ROOT = "XR"
_SUFFIX = "XSN"

# "데이터를 기반으로": the noun before is what the verb is done by.
_BASES = frozenset({"기반", "바탕", "토대", "중심", "대상", "위주"})

_VERB = "VV"
_MAKES_VERB = "XSV"
_ADNOMINAL = "ETM"
_PAST = "EP"

# "끓이는 법", which is a noun only after a clause.
_BOUND_NOUN = "NNB"
_METHODS = frozenset({"법", "점"})

# "경험을 통해": a verb in form only.
_POSTPOSITIONS = frozenset({"위하", "통하", "대하", "관하"})

_FOR_THE_PURPOSE = [("ETN", "기"), ("VV", "위하")]

# "할 수 있을까요", "쓰는 것을 시작하세요": the clause is not about these.
_NOT_A_NOUN = ([("NNB", "수")], [("NNB", "것")], [("NNB", "거")])

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
    tagged = [(str(token.tag), str(token.form)) for token in tokens]
    start = 0
    while (found := _object(tagged, start)) is not None:
        noun, start = found
        verb, start = _verb(tagged, start)
        if verb:
            return verb, noun
    return None


def _object(tagged: Sequence[tuple[str, str]], start: int) -> tuple[str, int] | None:
    """The first noun with the particle of an object from an index on, and the index behind them."""
    noun = ""
    for index, (tag, form) in enumerate(tagged[start:], start):
        if tag in _NOUNS or (tag == _BOUND_NOUN and form in _METHODS):
            noun = form
        elif tag == _OBJECT and noun:
            return noun, index + 1
        elif tag != _SUFFIX:
            noun = ""
    return None


def _verb(tagged: Sequence[tuple[str, str]], start: int) -> tuple[str, int]:
    """The verb of an object before an index; empty if it has none of its own. And the index to go on from."""
    stem = ""
    for index, (tag, form) in enumerate(tagged[start:], start):
        if tag == _NOUN and form in _BASES:
            return "", index + 1
        is_verb = tag.startswith(_VERB) and not tag.startswith(_AUXILIARY)
        if is_verb or (tag.startswith(_MAKES_VERB) and stem):
            is_main = form not in _POSTPOSITIONS and not _is_subordinate(tagged[index + 1 :])
            return (f"{'' if is_verb else stem}{form}다" if is_main else ""), index + 1
        if tag == _SUFFIX and stem:
            stem += form
        else:
            stem = form if tag in _NOUNS or tag == _ROOT else ""
    return "", len(tagged)


def _is_subordinate(rest: Sequence[tuple[str, str]]) -> bool:
    """Whether the verb before these morphemes stands in a clause about a noun or a purpose.

    As in "환불을 요청하는 글" and "문제를 해결하기 위한 방법".
    """
    after = [morpheme for morpheme in rest if morpheme[0] != _PAST][:2]
    if not after:
        return False
    about_a_noun = after[0][0] == _ADNOMINAL and after[1:] not in _NOT_A_NOUN
    return about_a_noun or after == _FOR_THE_PURPOSE


@cache  # it takes seconds to load
def _kiwi() -> Any:
    try:
        from kiwipiepy import Kiwi
    except ImportError as error:
        raise MissingExtraError("The verbs and nouns of Korean", "ko") from error
    return Kiwi()
