"""What an answer says to a yes-or-no question, sentence by sentence.

The rule: a yes or a no counts as a whole word where a verdict is given: at the beginning of the answer, after
"Answer:" and the like, or alone in its sentence. So does a statement, "This is not a classification task." "Neither",
doubts and the question repeated are no verdict, and a final answer outweighs what comes before it.
"""

import json
import re
from collections.abc import Iterator

from distilabel_selfinstruct.parsing.verdict_words import LANGUAGES

_FLAGS = re.IGNORECASE

_NO = "|".join(f"(?:{words.no}){words.end}" for words in LANGUAGES)
_YES = "|".join(f"(?:{words.yes}){words.end}" for words in LANGUAGES)
_WRONG = "|".join(f"(?:{words.wrong}){words.end}" for words in LANGUAGES)
_RIGHT = "|".join(f"(?:{words.right}){words.end}" for words in LANGUAGES)

# A verdict wherever one is given, and one where it is all that is said.
_WORD = re.compile(f"(?:{_NO})|(?P<yes>{_YES})", _FLAGS)
_WORD_ALONE = re.compile(f"(?:{_NO}|{_WRONG})|(?P<yes>{_YES}|{_RIGHT})", _FLAGS)

# "Yes or no", "No / Yes": within one language, with or without spaces.
_BOTH = re.compile(
    "|".join(
        rf"(?:{one})\W{{0,3}}(?:{words.joined})\W{{0,3}}(?:{other}|not\b)"
        for words in LANGUAGES
        for one, other in ((words.yes, words.no), (words.no, words.yes))
    ),
    _FLAGS,
)
_NEITHER = re.compile("|".join(words.neither for words in LANGUAGES), _FLAGS)
_CONDITION = re.compile("|".join(words.condition for words in LANGUAGES), _FLAGS)
_IS_TASK = re.compile("|".join(words.is_task for words in LANGUAGES), _FLAGS)
_IS_NO_TASK = re.compile("|".join(words.is_no_task for words in LANGUAGES), _FLAGS)

_SPACE = r"[\s*_\"'\u201c\u300c]*"

# What stands before a verdict: "Answer:", "My answer is", "최종 답변:".
_LEAD_IN = re.compile(
    rf"(?:so|thus|therefore|hence|also|따라서|그러므로|所以|因此|よって|daher|por tanto|donc)?\W*"
    rf"(?:{'|'.join(words.leads for words in LANGUAGES)})"
    rf"(?: (?:is|would be|should be))?{_SPACE}"
    r"(?:[:\uff1a=\u2013\u2014-]"
    # Without a colon, a word must lead over: "is", "es", "est", "ist", "是", "คือ", "は", "은", "say".
    r"|(?<=\bis)|(?<=\bbe)|(?<=\bes)|(?<=\best)|(?<=\bist)|(?<=lautet)|(?<=是)|(?<=คือ)|(?<=は)|(?<=[은는])"
    rf"|(?<=\bsay)|(?<=think)|(?<=believe)|(?<=that)){_SPACE}",
    _FLAGS,
)

_FINAL = re.compile(
    r"\W*(?:final|in conclusion|conclusion|최종|결론|最终|最終|結論|结论|endgültig|fazit|สรุป)|.{0,12}\bfinale?\b",
    _FLAGS,
)

# What a chat model says first.
_OPENING = re.compile(
    r"(?:sure|certainly|of course|okay|ok|well|alright|great|understood|no problem|no worries|good question|hmm+)\b\W*",
    _FLAGS,
)

_SENTENCE = re.compile(r"[^.!?\u3002\uff01\uff1f\n]*[.!?\u3002\uff01\uff1f\n]?")
_QUESTION = ("?", "\uff1f")

# Marks around an answer: markdown, quotation marks, brackets.
_MARKS = (
    " \t\n*_`\"'()[]{}<>#-:.,;!\u2022\u201c\u201d\u2018\u2019"
    "\u3002\u300a\u300b\u300c\u300d\u300e\u300f\uff01\uff08\uff09\uff1a"
)

# A verdict that follows from its reasons ends the sentence: "…므로 아니요", "…, so no".
_CONSEQUENCE = re.compile(
    r"(?:므로|니까|때문에|어서|아서|라서|so|therefore|thus|hence|所以|因此|ので|から|also|daher|donc)[\s,，、]*$",
    _FLAGS,
)

# Longer answers are read at their beginning and at their end.
_LOOKED_AT = 4000


def read_verdict(answer: str) -> bool | None:
    """Yes or no, None where the answer says neither.

    An answer in JSON is read by its only truth value, or its only "yes" or "no".
    """
    in_json = _verdict_in_json(answer)
    if in_json is not None:
        return in_json
    if len(answer) > _LOOKED_AT:
        answer = answer[: _LOOKED_AT // 2] + "\n" + answer[-_LOOKED_AT // 2 :]
    verdict: bool | None = None
    first = True
    for sentence in _sentences(answer):
        said = _said(sentence, first=first)
        if said is not None and _FINAL.match(sentence):
            return said
        verdict = said if verdict is None else verdict
        # An opening and a question repeated leave the next sentence the first.
        first = first and (sentence.endswith(_QUESTION) or _OPENING.fullmatch(sentence + " ") is not None)
    return verdict


def _sentences(answer: str) -> Iterator[str]:
    for sentence in _SENTENCE.findall(answer):
        bare = sentence.strip().lstrip(_MARKS)
        if bare.strip(_MARKS):
            yield bare


def _said(sentence: str, *, first: bool) -> bool | None:
    """The verdict of one sentence."""
    if sentence.endswith(_QUESTION):
        return None
    opening = _OPENING.match(sentence) if first else None
    if opening:
        sentence = sentence[opening.end() :]
    both = _BOTH.search(sentence)
    if both:
        # A verdict may follow the question that was repeated.
        rest = sentence[both.end() :].lstrip()
        word = _WORD.match(rest.lstrip(_MARKS)) if rest[:1] in {":", "\uff1a", "-", "\u2013"} else None
        return _polarity(word) if word else None
    if _NEITHER.search(sentence):
        return None
    lead_in = _LEAD_IN.match(sentence)
    if lead_in:
        sentence = sentence[lead_in.end() :].lstrip(_MARKS)
    word = _WORD.match(sentence)
    if word and (first or lead_in):
        return _polarity(word)
    alone = _WORD_ALONE.fullmatch(sentence.strip(_MARKS))
    return _polarity(alone) if alone else _stated(sentence)


def _stated(sentence: str) -> bool | None:
    """What a statement such as "This is not a classification task" says, or a verdict at the end of its reasons."""
    if _CONDITION.search(sentence):
        return None
    no, yes = _IS_NO_TASK.search(sentence), _IS_TASK.search(sentence)
    if no or yes:
        return no is None
    bare = sentence.rstrip(_MARKS)
    last = re.search(r"\S+$", bare)
    word = _WORD.fullmatch(last[0]) if last else None
    return _polarity(word) if last and word and _CONSEQUENCE.search(bare[: last.start()]) else None


def _polarity(word: re.Match[str]) -> bool:
    return word["yes"] is not None


def _verdict_in_json(answer: str) -> bool | None:
    text = answer.strip().strip("`").strip()
    text = text.removeprefix("json").strip()
    if text[:1] not in {"{", "["} and text.casefold() not in {"true", "false"}:
        return None
    try:
        value = json.loads(text.casefold() if text[:1] not in {"{", "["} else text)
    except (ValueError, RecursionError):
        return None
    verdicts = {said for leaf in _leaves(value) if (said := _leaf_verdict(leaf)) is not None}
    return verdicts.pop() if len(verdicts) == 1 else None


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def _leaf_verdict(leaf: object) -> bool | None:
    if isinstance(leaf, bool):
        return leaf
    word = _WORD_ALONE.fullmatch(leaf.strip(_MARKS)) if isinstance(leaf, str) else None
    return _polarity(word) if word else None
