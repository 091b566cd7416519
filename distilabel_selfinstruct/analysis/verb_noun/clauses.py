"""Tokens, sentences and the main verb of an English instruction."""

import re
from collections.abc import Iterator, Sequence

from distilabel_selfinstruct.analysis.verb_noun import lexicon

QUOTED = "“”"
"""Stands for a quotation: its words are not part of the request."""

_QUOTATION = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]{2,}’|(?<!\w)'[^']{2,}?'(?!\w)|`[^`]*`")
_TOKEN = re.compile(rf"{QUOTED}|[^\W\d_][\w’']*(?:-\w[\w’']*)*|\$?\d[\w.,:%-]*\w%?|\d|[^\w\s]")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[A-Z\d“])|\n+")
_LONGEST = 400
"""Only so many characters of an instruction are read: a request that comes later is not found."""


def sentences(text: str) -> Iterator[list[str]]:
    """The tokens of each sentence: words, numbers, marks, and `QUOTED` for a quotation."""
    text = _QUOTATION.sub(f" {QUOTED} ", text[:_LONGEST])
    for sentence in _SENTENCE_END.split(text):
        tokens = _TOKEN.findall(sentence.replace("’", "'"))
        if tokens:
            yield tokens


def is_word(token: str) -> bool:
    """Whether the token begins with a letter."""
    return token[:1].isalpha()


def request_verb(tokens: Sequence[str]) -> int | None:
    """The index of the verb that says what to do; None if the sentence is not a request."""
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


def _after_leads(tokens: Sequence[str], index: int) -> int:
    """The index after what may precede a request: marks, numbering, politeness, adverbs."""
    while index < len(tokens):
        word = tokens[index].lower()
        if word == "let's" or (word == "let" and tokens[index + 1 : index + 2] == ["us"]):
            index += 1 if word == "let's" else 2
        elif word == "help" and tokens[index + 1 : index + 2] in (["me"], ["us"]):
            index += 2 + (tokens[index + 2 : index + 3] == ["to"])
        elif is_word(tokens[index]) and word not in lexicon.LEADS and not _is_adverb(word):
            break
        else:
            index += 1
    return index


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and word not in lexicon.VERBS


def _imperative(tokens: Sequence[str], index: int) -> int | None:
    word = tokens[index].lower()
    after = tokens[index + 1].lower() if index + 1 < len(tokens) else ""
    if word == "reverse" and after == "engineer":
        return index + 1
    if word in lexicon.VERBS:
        return None if after in {"of", "is", "are"} and word in lexicon.ALSO_NOUNS else index
    # A verb that is not in the list or is misspelled comes first, and something definite follows it.
    known = lexicon.AUXILIARIES | lexicon.BE | lexicon.PREPOSITIONS | lexicon.NUMBERS
    if word in known or word.endswith(("ing", "ed", "s")) or not is_word(word):
        return None
    return index if after in lexicon.DETERMINERS | lexicon.POSSESSIVES else None


def _verb_from(tokens: Sequence[str], index: int) -> int | None:
    """The index of the verb here, after any adverbs."""
    index = _after_leads(tokens, index)
    return index if index < len(tokens) and tokens[index].lower() in lexicon.VERBS else None


def _after_introduction(tokens: Sequence[str], start: int) -> int | None:
    """The request after "Given a text," or the like: after a comma, or else at the first plain verb."""
    for index, token in enumerate(tokens):
        if index > start and token in {",", ":", ";"}:
            found = request_verb(tokens[index + 1 :])
            if found is not None:
                return index + 1 + found
    plain = lexicon.VERBS - lexicon.ALSO_NOUNS
    for index in range(start + 2, len(tokens)):
        before = tokens[index - 1].lower()
        if tokens[index].lower() in plain and before not in lexicon.AUXILIARIES | {"to", "and", "or", "that", "you"}:
            return index
    return None


def _duty(tokens: Sequence[str], start: int) -> int | None:
    """The verb of "you need to …", "your task is to …", "I want you to …", "you should …"."""
    subjects = {"you", "i", "we", "your", "our", "my", "the", "this", "it"}
    if tokens[start].lower() not in subjects:
        return None
    for index in range(start, len(tokens) - 1):
        word = tokens[index].lower()
        if word == "to" and any(before.lower() in lexicon.DUTIES for before in tokens[max(start, index - 2) : index]):
            return _verb_from(tokens, index + 1)
        if word in lexicon.MODALS and tokens[index - 1].lower() in {"you", "we"}:
            return _verb_from(tokens, index + 1)
    return None
