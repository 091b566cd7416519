"""What an answer says to a yes-or-no question, sentence by sentence.

The rule: a yes or a no counts as a whole word where a verdict is given: at the beginning of the answer, after
"Answer:" and the like, or alone in its sentence. So does a statement, "This is not a classification task." "Neither",
doubts and the question repeated are no verdict, and a final answer outweighs what comes before it.
"""

import json
import re
from collections.abc import Iterator, Sequence

from distilabel_selfinstruct.languages import Pack, WordKind, WordList
from distilabel_selfinstruct.languages.expressions import NEVER, any_of, either, literal, words_of
from distilabel_selfinstruct.languages.scripts import no_letter_follows

_SENTENCE = re.compile(r"[^.!?\u061f\u06d4\u0964\u3002\uff01\uff1f\n]*[.!?\u061f\u06d4\u0964\u3002\uff01\uff1f\n]?")
_QUESTION = ("?", "\uff1f", "\u061f")

# The last word of a sentence, in writing without blanks what follows the last comma.
_LAST_WORD = re.compile(r"[^\s,\u060c\uff0c\u3001]+$")

# Arrows, boxes, ticks and pictures.
_SIGNS = "".join(map(chr, (*range(0x2190, 0x2200), *range(0x25A0, 0x27C0), *range(0x1F300, 0x1FB00), 0x203B, 0xFE0F)))

# Marks around an answer: markdown, quotation marks, brackets, signs.
_MARKS = (
    " \t\n\u00a0\u202f*_`\"'()[]{}<>#-:.,;!\u2022"
    "\u201c\u201d\u2018\u2019\u201e\u201a\u00ab\u00bb\u2039\u203a\u00bf\u00a1"
    "\u060c\u061b\u061f\u06d4\u0964"
    "\u3000\u3002\u3008\u3009\u300a\u300b\u300c\u300d\u300e\u300f\u3010\u3011\u3014\u3015\uff01\uff08\uff09\uff1a\uff3b\uff3d"
) + _SIGNS

# What begins a remark on a verdict, after a blank.
_REMARK = rf"[-\u2013\u2014(\uff08{_SIGNS}]"

# Longer answers are read at their beginning and at their end.
_LOOKED_AT = 4000

_SPACE = r"[\s*_\"'\u201c\u300c]*"


class Verdicts:
    """Reads verdicts in the words of some languages.

    Args:
        packs: the languages. Words of one do not join with those of another.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        flags = re.IGNORECASE
        # A word of several languages, as "No" is, means what it means in the first of them.
        spelled = {word.casefold() for kind in (WordKind.YES, WordKind.NO) for word in packs[0].words(kind)}
        words = [_Words(pack, frozenset(spelled) if index else frozenset()) for index, pack in enumerate(packs)]
        yes, no = any_of(one.yes for one in words), any_of(one.no for one in words)
        right, wrong = any_of(one.right for one in words), any_of(one.wrong for one in words)
        # A verdict wherever one is given, and one where it is all that is said.
        self._word = re.compile(f"(?:{no})|(?P<yes>{yes})", flags)
        self._word_alone = re.compile(f"(?:{no}|{wrong})|(?P<yes>{yes}|{right})", flags)
        # "Yes or no", "No / Yes": within one language, with or without spaces.
        self._both = re.compile(any_of(one.both for one in words), flags)
        self._neither = re.compile(_anywhere(packs, WordKind.NEITHER), flags)
        self._condition = re.compile(_anywhere(packs, WordKind.CONDITIONS), flags)
        self._is_task = re.compile(_anywhere(packs, WordKind.IS_TASK), flags)
        self._is_no_task = re.compile(_anywhere(packs, WordKind.IS_NO_TASK), flags)
        self._lead_in = re.compile(_lead_in(packs), flags)
        self._final = re.compile(
            any_of(pattern if at_start else rf"\W*{pattern}" for pattern, at_start in _finals(packs)), flags
        )
        # What a chat model says first.
        self._opening = re.compile(rf"{words_of(packs, WordKind.VERDICT_OPENINGS, ends=True)}\W*", flags)
        # A verdict that follows from its reasons ends the sentence: "…므로 아니요", "…, so no".
        self._consequence = re.compile(rf"{words_of(packs, WordKind.BECAUSE)}[\s,\u060c\uff0c\u3001]*$", flags)

    def read(self, answer: str) -> bool | None:
        """Yes or no, None where the answer says neither.

        An answer in JSON is read by its only truth value, or its only "yes" or "no".
        """
        in_json = self._in_json(answer)
        if in_json is not None:
            return in_json
        if len(answer) > _LOOKED_AT:
            answer = answer[: _LOOKED_AT // 2] + "\n" + answer[-_LOOKED_AT // 2 :]
        verdict: bool | None = None
        first = True
        for sentence in _sentences(answer):
            said = self._said(sentence, first=first)
            if said is not None and self._final.match(sentence):
                return said
            verdict = said if verdict is None else verdict
            # An opening and a question repeated leave the next sentence the first.
            first = first and (sentence.endswith(_QUESTION) or self._opening.fullmatch(sentence + " ") is not None)
        return verdict

    def _said(self, sentence: str, *, first: bool) -> bool | None:
        """The verdict of one sentence."""
        if sentence.endswith(_QUESTION):
            return None
        opening = self._opening.match(sentence) if first else None
        word = self._word.match(sentence)
        if opening and (word is None or word.end() < opening.end()):  # "Bien sûr que non" is more than an opening
            sentence = sentence[opening.end() :]
        both = self._both.search(sentence)
        if both:
            # A verdict may follow the question that was repeated.
            rest = sentence[both.end() :].lstrip()
            word = self._word.match(rest.lstrip(_MARKS)) if rest[:1] in {":", "\uff1a", "-", "\u2013"} else None
            return _polarity(word) if word else None
        if self._neither.search(sentence):
            return None
        lead_in = self._lead_in.match(sentence)
        if lead_in:
            sentence = sentence[lead_in.end() :].lstrip(_MARKS)
        word = self._word.match(sentence)
        if word and (first or lead_in):
            return None if self._takes_back(word) else _polarity(word)
        alone = self._word_alone.fullmatch(sentence.strip(_MARKS))
        return _polarity(alone) if alone else self._stated(sentence)

    def _takes_back(self, word: re.Match[str]) -> bool:
        """True for a yes in whose sentence a statement says no: "Yes, this is not a classification task"."""
        rest = word.string[word.end() :]
        other, says_no = self._is_no_task.subn("", rest)
        return _polarity(word) and says_no > 0 and self._is_task.search(other) is None

    def _stated(self, sentence: str) -> bool | None:
        """What a statement such as "This is not a classification task" says, or a verdict at the end of its reasons."""
        if self._condition.search(sentence):
            return None
        no, yes = self._is_no_task.search(sentence), self._is_task.search(sentence)
        if no or yes:
            return no is None
        bare = sentence.rstrip(_MARKS)
        last = _LAST_WORD.search(bare)
        word = self._word.fullmatch(last[0]) if last else None
        return _polarity(word) if last and word and self._consequence.search(bare[: last.start()]) else None

    def _in_json(self, answer: str) -> bool | None:
        text = answer.strip().strip("`").strip()
        text = text.removeprefix("json").strip()
        if text[:1] not in {"{", "["} and text.casefold() not in {"true", "false"}:
            return None
        try:
            value = json.loads(text.casefold() if text[:1] not in {"{", "["} else text)
        except (ValueError, RecursionError):
            return None
        verdicts = {said for leaf in _leaves(value) if (said := self._of_leaf(leaf)) is not None}
        return verdicts.pop() if len(verdicts) == 1 else None

    def _of_leaf(self, leaf: object) -> bool | None:
        if isinstance(leaf, bool):
            return leaf
        word = self._word_alone.fullmatch(leaf.strip(_MARKS)) if isinstance(leaf, str) else None
        return _polarity(word) if word else None


class _Words:
    """The patterns of one language: words as wholes, less those left out."""

    def __init__(self, pack: Pack, left_out: frozenset[str]) -> None:
        self._pack = pack
        self._left_out = left_out
        self._end = no_letter_follows(pack.scripts)
        self.yes, self.no = self._whole(WordKind.YES), self._whole(WordKind.NO)
        self.right, self.wrong = self._whole(WordKind.RIGHT), self._whole(WordKind.WRONG)
        self.both = any_of([words_of([pack], WordKind.BOTH), *self._pairs()])

    def _whole(self, kind: WordKind) -> str:
        """Words of which no letter is the beginning of another word, and which mean what they mean elsewhere."""
        held = self._pack.list_of(kind)
        patterns = [f"(?:{pattern}){self._end}" for pattern in held.patterns]
        words = [word for word in held.words if word.casefold() not in self._left_out]
        return any_of([*patterns, *(self._word(word) for word in sorted(words, key=len, reverse=True))])

    def _word(self, word: str) -> str:
        pack = self._pack
        endings = either(pack.words(WordKind.ENDINGS))
        attached = "" if endings == NEVER else f"{endings}?"
        blocked = "|".join(map(_follower, pack.not_followed_by.get(word, ())))
        pattern = f"{literal(word)}{f'(?!{blocked})' if blocked else ''}{attached}{self._end}"
        if word not in pack.words(WordKind.ONLY_BEFORE_MARK):
            return pattern
        others = [one for kind in (WordKind.YES, WordKind.NO) for one in pack.words(kind) if one != word]
        return rf"{pattern}(?=[^\w\s]|\s*$|\s+(?:{_REMARK}|{either(others)}))" if others else pattern

    def _pairs(self) -> Iterator[str]:
        joined = any_of([words_of([self._pack], WordKind.JOINED), "[/\uff0f\\\\|]"])
        kinds = (self._pack.list_of(WordKind.YES), self._pack.list_of(WordKind.NO))
        yes, no = (any_of([*held.patterns, either(held.words)]) for held in kinds)
        for one, other in ((yes, no), (no, yes)):
            yield rf"{one}\W{{0,3}}{joined}\W{{0,3}}{other}"


def _follower(text: str) -> str:
    """What makes a word another one right after it; a blank before it may be missing or be several."""
    return (r"\s*" if text[:1].isspace() else "") + literal(text.strip())


def _anywhere(packs: Sequence[Pack], kind: WordKind) -> str:
    return words_of(packs, kind, begins=True, ends=True)


def _lead_in(packs: Sequence[Pack]) -> str:
    """What stands before a verdict: "Answer:", "My answer is", "최종 답변:"."""
    # Up to two words may stand before one of the pack: "my final answer".
    words = any_of(any_of([*held.patterns, _after_two_words(held.words)]) for held in _lists(packs, WordKind.LEAD_IN))
    over = words_of(packs, WordKind.LEAD_OVER)
    therefore, says = words_of(packs, WordKind.THEREFORE), words_of(packs, WordKind.SAYS)
    # A bracket that closes around the lead-in stands for a colon: "[Answer] Yes".
    colon = r"[:\uff1a=\u2013\u2014\]\u3011\uff3d\u3015-]"
    # Without a colon, a word must lead over.
    led = rf"{words}(?P<over>\s?{over}(?:\s|(?!\w)|(?<![A-Za-z\u00c0-\u024f])))?{_SPACE}(?:{colon}|(?(over)|(?!)))"
    return rf"{therefore}?\W*(?:{led}|{says}{_SPACE}{colon}?){_SPACE}"


def _after_two_words(words: Sequence[str]) -> str:
    return NEVER if not words else rf"(?:\w{{1,12}}[ ]){{0,2}}?{either(words)}"


def _lists(packs: Sequence[Pack], kind: WordKind) -> Iterator[WordList]:
    return (pack.list_of(kind) for pack in packs)


def _finals(packs: Sequence[Pack]) -> Iterator[tuple[str, bool]]:
    """Patterns for what begins a final answer, and whether each says by itself where it stands."""
    for held in _lists(packs, WordKind.FINAL):
        yield from ((pattern, True) for pattern in held.patterns)
        yield either(held.words), False


def _sentences(answer: str) -> Iterator[str]:
    for sentence in _SENTENCE.findall(answer):
        bare = sentence.strip().lstrip(_MARKS)
        if bare.strip(_MARKS):
            yield bare


def _polarity(word: re.Match[str]) -> bool:
    return word["yes"] is not None


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield value
