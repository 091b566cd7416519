"""Tokens, sentences and the main verb of an English instruction."""

import re
from collections.abc import Iterator, Sequence

from distilabel_selfinstruct.analysis.verb_noun import lexicon

QUOTED = "“”"
"""Stands for a quotation, whose words are no part of the request."""

_QUOTATION = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]{2,}’|(?<!\w)'[^']{2,}?'(?!\w)|`[^`]*`")
_TOKEN = re.compile(rf"{QUOTED}|[^\W\d_][\w’']*(?:-\w[\w’']*)*|\$?\d[\w.,:%-]*\w%?|\d|[^\w\s]")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[A-Z\d“])|\n+")
_LONGEST = 400
"""Characters of an instruction that are read: the request stands at its beginning or not at all."""


def sentences(text: str) -> Iterator[list[str]]:
    """The tokens of each sentence: words, numbers, marks, and `QUOTED` for a quotation."""
    text = _QUOTATION.sub(f" {QUOTED} ", text[:_LONGEST])
    for sentence in _SENTENCE_END.split(text):
        tokens = _TOKEN.findall(sentence.replace("’", "'"))
        if tokens:
            yield tokens


def is_word(token: str) -> bool:
    """Whether it begins with a letter."""
    return token[:1].isalpha()


def request_verb(tokens: Sequence[str]) -> int | None:
    """The place of the verb that says what to do; None where the sentence asks for nothing in this form."""
    start = _after_leads(tokens, 0)
    if start == len(tokens):
        return None
    word = tokens[start].lower()
    if word in lexicon.OPENERS:
        return _after_introduction(tokens, start)
    if word in lexicon.PRONOUNS | lexicon.POSSESSIVES | lexicon.DETERMINERS | lexicon.RELATIVES:
        return _duty(tokens, start)
    if word in {"can", "could", "would", "will"} and tokens[start + 1 : start + 2] == ["you"]:
        return _verb_from(tokens, start + 2)
    return _imperative(tokens, start)


def _after_leads(tokens: Sequence[str], place: int) -> int:
    """Past what may stand before a request: marks, numbering, politeness, adverbs."""
    while place < len(tokens):
        word = tokens[place].lower()
        if word == "let's" or (word == "let" and tokens[place + 1 : place + 2] == ["us"]):
            place += 1 if word == "let's" else 2
        elif word == "help" and tokens[place + 1 : place + 2] in (["me"], ["us"]):
            place += 2 + (tokens[place + 2 : place + 3] == ["to"])
        elif is_word(tokens[place]) and word not in lexicon.LEADS and not _is_adverb(word):
            break
        else:
            place += 1
    return place


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and word not in lexicon.VERBS


def _imperative(tokens: Sequence[str], place: int) -> int | None:
    word = tokens[place].lower()
    after = tokens[place + 1].lower() if place + 1 < len(tokens) else ""
    if word == "reverse" and after == "engineer":
        return place + 1
    if word in lexicon.VERBS:
        return None if after in {"of", "is", "are"} and word in lexicon.ALSO_NOUNS else place
    # A verb that is not in the list, or is misspelled: it stands first and something definite follows.
    known = lexicon.AUXILIARIES | lexicon.BE | lexicon.PREPOSITIONS | lexicon.NUMBERS
    if word in known or word.endswith(("ing", "ed", "s")) or not is_word(word):
        return None
    return place if after in lexicon.DETERMINERS | lexicon.POSSESSIVES else None


def _verb_from(tokens: Sequence[str], place: int) -> int | None:
    """The verb that stands here, past adverbs."""
    place = _after_leads(tokens, place)
    return place if place < len(tokens) and tokens[place].lower() in lexicon.VERBS else None


def _after_introduction(tokens: Sequence[str], start: int) -> int | None:
    """The request after "Given a text," or the like: after a comma, or else where a plain verb stands."""
    for place, token in enumerate(tokens):
        if place > start and token in {",", ":", ";"}:
            found = request_verb(tokens[place + 1 :])
            if found is not None:
                return place + 1 + found
    plain = lexicon.VERBS - lexicon.ALSO_NOUNS
    for place in range(start + 2, len(tokens)):
        before = tokens[place - 1].lower()
        if tokens[place].lower() in plain and before not in lexicon.AUXILIARIES | {"to", "and", "or", "that", "you"}:
            return place
    return None


def _duty(tokens: Sequence[str], start: int) -> int | None:
    """The verb of "you need to …", "your task is to …", "I want you to …", "you should …"."""
    subjects = {"you", "i", "we", "your", "our", "my", "the", "this", "it"}
    if tokens[start].lower() not in subjects:
        return None
    for place in range(start, len(tokens) - 1):
        word = tokens[place].lower()
        if word == "to" and any(before.lower() in lexicon.DUTIES for before in tokens[max(start, place - 2) : place]):
            return _verb_from(tokens, place + 1)
        if word in lexicon.MODALS and tokens[place - 1].lower() in {"you", "we"}:
            return _verb_from(tokens, place + 1)
    return None
