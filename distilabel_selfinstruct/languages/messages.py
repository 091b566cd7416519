"""What the code says in English about a run, in the words of a language: why it ended, what to do, how it sampled."""

import re
from functools import lru_cache

from distilabel_selfinstruct.languages.packs import english
from distilabel_selfinstruct.languages.texts import SLOT, Texts, pack_texts

GROUP = "report.messages"

STAGES = frozenset({"stage", "second_stage"})
"""Slots with a stage, which a language names as elsewhere in a report."""

_NUMBER = r"\d[\d,.]*"
_WORD = r"[\w.\-]+"
# An example is quoted as Python quotes it. Other slots hold no end of a sentence.
_SLOTS = {
    **dict.fromkeys(("number", "whole", "second_number", "second_whole"), _NUMBER),
    **dict.fromkeys(("stage", "second_stage", "step", "option"), _WORD),
    "example": r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""",
}
_ANY = r"(?:(?!\.\s).)+?"

_FULL_STOP = "\N{IDEOGRAPHIC FULL STOP}"  # no blank follows it

# A sentence that is not ours.
_OTHER = re.compile(r"(?P<said>.*?\.(?=\s|$)|.+)\s*", re.DOTALL)


def in_words_of(texts: Texts, text: str) -> str:
    """A text of our code, with each sentence that the English pack knows said by `texts`.

    Others stay as they are: the words of servers and of the host.
    """
    said = []
    while text:
        key, found = _match(text)
        own = _own(texts, key, found)
        gap = "" if own.endswith(_FULL_STOP) else found[0][found.end("said") :]
        said.append(own + gap)
        text = text[found.end() :]
    return "".join(said)


def _match(text: str) -> tuple[str, re.Match[str]]:
    own = english()
    return next(
        (key, found) for key, pattern in _patterns(str(own.folder), own.digest) if (found := pattern.match(text))
    )


def _own(texts: Texts, key: str, found: re.Match[str]) -> str:
    """A sentence in the language of the texts, unless it is not ours or they have it in English only."""
    slots: dict[str, str] = found.groupdict()
    said = slots.pop("said")
    if not key or texts.say(key, **slots) == said:
        return said
    named = {name: texts.name("report.stages", slots[name]) for name in STAGES & slots.keys()}
    return texts.say(key, **{**slots, **named})


@lru_cache(maxsize=2)
def _patterns(folder: str, digest: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What finds each message at the start of a text, the one with the most words of its own first.

    The last, with an empty key, finds any sentence.
    """
    del folder, digest  # another one means other texts
    known = {key: text for key, text in pack_texts(english()).items() if key.startswith(f"{GROUP}.")}
    order = sorted(known, key=lambda key: (-len(SLOT.sub("", known[key])), key))
    return (*((key, re.compile(_pattern(known[key]), re.DOTALL)) for key in order), ("", _OTHER))


def _pattern(text: str) -> str:
    parts, seen = [], set()
    for number, part in enumerate(SLOT.split(text)):
        if number % 2 == 0:
            parts.append(re.escape(part))
        elif part in seen:
            parts.append(f"(?P={part})")
        else:
            seen.add(part)
            parts.append(f"(?P<{part}>{_SLOTS.get(part, _ANY)})")
    return f"(?P<said>{''.join(parts)})(?=\\s|$)\\s*"
