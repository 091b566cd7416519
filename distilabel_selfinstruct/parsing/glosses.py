"""What models write after a task about the task: an explanation, a reason, a note.

The rule: a line that is labelled as one, or that speaks of "this task", ends the item, and so does such a remark in
brackets at its end. It is part of the item only if the item itself speaks of it: "Judge the explanation."
"""

import re
from collections.abc import Sequence

from distilabel_selfinstruct.languages import Pack, WordKind
from distilabel_selfinstruct.languages.expressions import words_of
from distilabel_selfinstruct.parsing.marker_lines import BLANK

# A heading of the next level; "# …" is a comment in code.
_HEADING = re.compile(r"[ \t]*#{2,6}[ \t]+\S")


class Glosses:
    """Finds remarks about a task in the words of some languages.

    Args:
        packs: the languages.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        labels = words_of(packs, WordKind.GLOSS_LABELS)
        # "Explanation: …", "**Reason:**", "(Note: …", "- Why: …", "[Note] …" at the beginning of a line.
        self._labelled = re.compile(
            r"[ \t]*(?:[-*\u2022>\u2192\u203b][ \t]*)?(?:#{1,6}[ \t]*)?[*_(\uff08\[\u3010]{0,4}"
            rf"(?P<label>{labels})[*_]{{0,3}}{BLANK}*(?:(?:[*_)\uff09\]\u3011]{{1,2}}{BLANK}*)?[:\uff1a]|[\]\u3011])",
            re.IGNORECASE,
        )
        # A sentence about the task. It begins with a capital, where there are capitals.
        self._about = re.compile(rf"[ \t]*[*_(\uff08\[]{{0,3}}{words_of(packs, WordKind.GLOSS_SENTENCES, ends=True)}")
        # "… (Explanation: …)" at the end of a line.
        self._bracketed = re.compile(
            rf"[(\uff08\[\u3010][*_]{{0,2}}(?P<label>{labels})[*_]{{0,2}}{BLANK}*[:\uff1a]", re.IGNORECASE
        )

    def split(self, text: str) -> tuple[str, str]:
        """The item, and what is said about it after it ("" where nothing is)."""
        lines = text.split("\n")
        for index, line in enumerate(lines):
            gloss = self._gloss_in(line, first=not index, announced=bool(index) and _announces(lines[index - 1]))
            if gloss is None:
                continue
            above = "\n".join([*lines[:index], line[: gloss.start()]]).strip()
            label = gloss.groupdict().get("label")
            # After a full stop of Chinese or Japanese, "（説明：" is no word of a task that says 説明してください.
            apart = line[gloss.start() : gloss.start() + 1] == "\uff08" and above.endswith("\u3002")
            if above and (apart or not (label and _speaks_of(above, label))):
                return above, "\n".join([line[gloss.start() :], *lines[index + 1 :]]).strip()
        return text, ""

    def is_gloss(self, line: str) -> bool:
        """True for a line that is labelled as an explanation, a note and the like, or speaks of "this task"."""
        return self._labelled.match(line) is not None or self._about.match(line) is not None

    def _gloss_in(self, line: str, *, first: bool, announced: bool) -> re.Match[str] | None:
        """Where in a line a gloss begins. The first line of an item begins with the item, a colon leads in to more."""
        found = None
        if not first and not announced:
            found = self._labelled.match(line) or self._about.match(line) or _HEADING.match(line)
        return found or self._bracketed.search(line)


def _announces(line: str) -> bool:
    return line.rstrip().endswith((":", "\uff1a"))


def _speaks_of(text: str, label: str) -> bool:
    return label.casefold().rstrip("s") in text.casefold()
