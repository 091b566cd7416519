"""Tasks without numbers: parted by hash marks or rules, or by blank lines.

The rule: several tasks are never glued into one. A paragraph that begins as a task does is one; any other belongs to
the task above it, as the text of "Shorten the text below." does.
"""

import re
from collections.abc import Callable, Sequence

from distilabel_selfinstruct.languages import Pack, WordKind
from distilabel_selfinstruct.languages.expressions import any_of, words_of
from distilabel_selfinstruct.parsing.cleaning import is_rule_line
from distilabel_selfinstruct.parsing.glosses import Glosses

_HASHES = re.compile(r"[ \t]*#{3,}[ \t]*")

# Marks that may stand before the first word of a task, and after the last one.
_MARKS_BEFORE = r"[\"'\u201c\u00bf\u00a1(*_]*"
_MARKS_AFTER = r"[\"'\u201d)*_]*$"

_SENTENCE_END = re.compile(r"[.?!\u3002\uff01\uff1f][\"'\u201d)*_]*$")

_SURELY_SEVERAL = 3

_REFERENCES = (WordKind.REFERS_AHEAD, WordKind.POINTS_BELOW)


class UnnumberedTasks:
    """Parts tasks without numbers, by how tasks begin and end in some languages.

    Args:
        packs: the languages.
        glosses: finds remarks about a task.
    """

    def __init__(self, packs: Sequence[Pack], glosses: Glosses) -> None:
        self._glosses = glosses
        ends = words_of(packs, WordKind.TASK_ENDS)
        self._task = re.compile(_MARKS_BEFORE + words_of(packs, WordKind.TASK_BEGINS), re.IGNORECASE)
        self._task_end = re.compile(rf"(?:[?\uff1f]|{ends}[.!\u3002\uff01]?){_MARKS_AFTER}")
        # A first task that speaks of a text to come.
        self._refers_ahead = re.compile(
            rf"[:\uff1a]$|{any_of(words_of(packs, kind, begins=True) for kind in _REFERENCES)}", re.IGNORECASE
        )

    def split(self, text: str) -> list[str]:
        """The tasks in a text that no numbers part; one for a text that holds one task."""
        lines = text.split("\n")
        if any(_HASHES.fullmatch(line) for line in lines):
            return _blocks(lines, lambda line: _HASHES.fullmatch(line) is not None)
        if any(is_rule_line(line) for line in lines):
            parts = _blocks(lines, is_rule_line)
            if all(map(self._begins_as_task, parts)):
                return parts
        sentences = [line.strip() for line in lines if line.strip()]
        if len(sentences) > 1 and all(self._begins_as_task(one) and _SENTENCE_END.search(one) for one in sentences):
            return sentences
        paragraphs = _blocks(lines, lambda line: not line.strip())
        alike = (
            len(paragraphs) >= _SURELY_SEVERAL
            and all("\n" not in one and _SENTENCE_END.search(one) for one in paragraphs)
            and not self._refers_ahead.search(paragraphs[0])
        )
        tasks: list[str] = []
        for paragraph in paragraphs:
            leads_on = bool(tasks) and (tasks[-1].endswith((":", "\uff1a")) or self._glosses.is_gloss(paragraph))
            if not tasks or (not leads_on and (alike or self._begins_as_task(paragraph))):
                tasks.append(paragraph)
            else:
                tasks[-1] += f"\n\n{paragraph}"
        return tasks

    def _begins_as_task(self, text: str) -> bool:
        first = text.partition("\n")[0].strip()
        return self._task.match(first) is not None or self._task_end.search(first) is not None


def _blocks(lines: Sequence[str], parts: Callable[[str], bool]) -> list[str]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if parts(line):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [text for block in blocks if (text := "\n".join(block).strip())]
