"""What chat models say around an answer: openings ("Sure! Here are …:"), headings and closing remarks.

The paper's model, a base model, says nothing of the kind, so all of this is a departure from it. The words are narrow
on purpose: a remark that slips through is dropped later by a rule or a rater, a task taken for a remark is lost.
"""

import re
from collections.abc import Iterator, Sequence

from distilabel_selfinstruct.languages import Pack, WordKind
from distilabel_selfinstruct.languages.expressions import NEVER, any_of, either, words_of

# What follows a word that only begins a remark to the asker; nothing else of the line matters.
_MARK = r"(?=[!.,:\u060c\u3001\u3002\uff0c\uff01\uff1a]| ?[-\u2013\u2014])"

# An announcement is a line of its own and short.
_LONGEST_REMARK = 250

# A markdown heading, or a line that is bold from end to end.
_HEADING = re.compile(r"#{1,6}\s+\S.*|\*\*[^*]+\*\*:?")

_GROUP_HEADING = re.compile(r"[^\W\d_][\w'\u2019 -]{2,40}[:\uff1a]")

_COLONS = (":", "\uff1a")


class Remarks:
    """Knows the remarks of some languages.

    Args:
        packs: the languages.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        flags = re.IGNORECASE
        self._opening = re.compile(any_of(_openings(packs)), flags)
        # It points ahead, names tasks and ends in a colon. "Here is a list of numbers:" may be a task, so a list alone
        # is not enough.
        self._announcement = re.compile(any_of(_announcements(packs)), flags)
        # In some languages an announcement ends in a sentence's last words and a full stop.
        self._announced = re.compile(any_of(_announced(packs)), flags)
        self._points_ahead = re.compile(words_of(packs, WordKind.POINTS_AHEAD, ends=True), flags)
        self._closing = re.compile(words_of(packs, WordKind.CLOSINGS), flags)
        self._points_below = re.compile(
            rf"[:\uff1a]$|{words_of(packs, WordKind.POINTS_BELOW, begins=True, ends=True)}", flags
        )

    def opens_a_chat(self, line: str) -> bool:
        """True for a line that begins by addressing the asker: "Sure!", "Certainly, …"."""
        line = _bare(line)
        return len(line) <= _LONGEST_REMARK and self._opening.match(line) is not None

    def announces_a_list(self, line: str) -> bool:
        """True for a line such as "Here are eight new tasks:"."""
        line = _bare(line)
        announces = line.endswith(_COLONS) and self._announcement.match(line) is not None
        return len(line) <= _LONGEST_REMARK and (announces or self._announced.fullmatch(line) is not None)

    def introduces(self, line: str) -> bool:
        """True for any short line that points ahead and ends in a colon: "Here is an example:"."""
        line = _bare(line)
        return len(line) <= _LONGEST_REMARK and line.endswith(_COLONS) and self._points_ahead.match(line) is not None

    def is_remark(self, line: str) -> bool:
        """True for a line that is about the answer rather than of it."""
        return self.opens_a_chat(line) or self.announces_a_list(line)

    def stands_outside(self, line: str) -> bool:
        """True for a line that may stand around the whole answer: a remark, a lead-in, a heading or a closing."""
        closes = self._closing.match(_bare(line)) is not None
        return self.is_remark(line) or self.introduces(line) or is_heading(line) or closes

    def points_below(self, text: str) -> bool:
        """True for a text that speaks of another one below it."""
        return self._points_below.search(text.rstrip()) is not None

    def split_closing(self, text: str) -> tuple[str, str]:
        """The text without a closing remark in its last paragraph, and that remark ("" when there is none)."""
        body, blank, last = text.rstrip().rpartition("\n\n")
        if blank and len(last) <= 2 * _LONGEST_REMARK and self._closing.match(_bare(last)):
            return body.rstrip(), last.strip()
        return text, ""


def ends_with_colon(line: str) -> bool:
    """True for a line that leads in to something."""
    return _bare(line).endswith(_COLONS)


def is_heading(line: str) -> bool:
    """True for a markdown heading or a line in bold."""
    line = line.strip()
    return len(line) <= _LONGEST_REMARK and _HEADING.fullmatch(line) is not None


def is_group_heading(line: str) -> bool:
    """True for a few words before a colon: "More tasks:", "Writing:"."""
    return _GROUP_HEADING.fullmatch(line.strip()) is not None


def _openings(packs: Sequence[Pack]) -> Iterator[str]:
    for pack in packs:
        held = pack.list_of(WordKind.OPENINGS)
        yield from held.patterns
        if held.words:
            yield either(held.words) + _MARK


def _announcements(packs: Sequence[Pack]) -> Iterator[str]:
    """What begins a line that announces a list and ends in a colon."""
    for pack in packs:
        held = pack.list_of(WordKind.ANNOUNCEMENTS)
        yield from held.patterns
        yield either(held.words)
        if not pack.words(WordKind.ANNOUNCEMENT_ENDS):
            yield _begun_and_named(pack)


def _announced(packs: Sequence[Pack]) -> Iterator[str]:
    """Whole lines that announce a list, with a colon or with a full stop."""
    for pack in packs:
        held = pack.list_of(WordKind.ANNOUNCEMENTS)
        yield any_of([*held.patterns, either(held.words)])
        begun, ends = _begun_and_named(pack), either(pack.words(WordKind.ANNOUNCEMENT_ENDS))
        if NEVER not in (begun, ends):
            yield f"{begun}.{{0,60}}?{ends}[.!:\u3002\uff01\uff1a]?"


def _begun_and_named(pack: Pack) -> str:
    begins = words_of([pack], WordKind.ANNOUNCEMENT_BEGINS, ends=True)
    names = words_of([pack], WordKind.ANNOUNCEMENT_NAMES, begins=True)
    return NEVER if NEVER in (begins, names) else f"{begins}.{{0,120}}?{names}"


def _bare(line: str) -> str:
    # Without the marks that markdown or a quotation puts around a line.
    return line.strip().strip("#*_> ")
