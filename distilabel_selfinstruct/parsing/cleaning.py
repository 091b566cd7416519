"""What stands between a model's text and the format asked for: encodings, reasoning, markdown."""

import re
import unicodedata

from distilabel_selfinstruct.records import REFUSAL, TOOL_CALLS, Completion, Reason, Rejection, is_refused
from distilabel_selfinstruct.words import encodable

# Control characters except tab and newline, the byte order mark, and what takes no room and joins or parts no letters:
# the zero-width space, the word joiner, the soft hyphen.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff]")

# Letters written in parts: with marks of their own, or as the parts of a Korean syllable. Signs that a composed form
# would replace by others, such as the sign for ohm, are left alone.
_IN_PARTS = re.compile("[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]+|.[\u0300-\u036f\u3099\u309a]+")

# Marks of the direction of writing around a line, as Arabic and Hebrew have them: they hide where a line begins.
_DIRECTION = re.compile("^[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+|[\u200e\u200f\u202c\u2069]+$", re.MULTILINE)

# A line end of another system.
_LINE_END = re.compile("\r\n?|\u2028|\u2029|\x85")

# The tags around the reasoning of a reasoning model.
_THINKING_TAG = re.compile(r"<(/?)(?:think|thinking|thought|reasoning)>", re.IGNORECASE)

# A line that is a markdown rule. Longer ones belong to a table or a drawing.
_RULE_LINE = re.compile(r"(?:-{3,5}|\*{3,5}|_{3,5})[ \t]*")


def unread(completion: Completion) -> Rejection | None:
    """The rejection of a completion that never came, came empty or refuses; None when there is a text to read."""
    if completion.text is None:
        return Rejection("", Reason.FAILED_REQUEST)
    text = encodable(completion.text)
    if completion.finish_reason == REFUSAL or (not text.strip() and is_refused(completion.finish_reason)):
        return Rejection(text, Reason.REFUSED, encodable(completion.finish_reason or ""))
    if not text.strip():
        return Rejection(text, Reason.EMPTY, _why_empty(completion))
    return None


def _why_empty(completion: Completion) -> str:
    """Why an answer has no text, as far as it is known."""
    if completion.finish_reason == TOOL_CALLS:
        return "the model called a tool instead"
    if completion.reasoning:
        return "the answer ended inside the model's thoughts"
    return "cut off before any text" if completion.truncated else ""


def plain(text: str) -> str:
    """The text with newlines for line ends, without control characters, lone surrogates or marks of direction.

    Letters in parts are put together, as the words of the packs are written.
    """
    return _composed(_DIRECTION.sub("", _CONTROL.sub("", _LINE_END.sub("\n", encodable(text)))))


def _composed(text: str) -> str:
    return text if text.isascii() else _IN_PARTS.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def without_thinking(text: str) -> tuple[str, str]:
    """The answer, and the reasoning that was still open at the end ("" when none was).

    Closed reasoning is left out: it is no part of the answer. A closing tag without an opening one ends
    reasoning that the prompt had begun.
    """
    answer: list[str] = []
    depth, start = 0, 0
    for tag in _THINKING_TAG.finditer(text):
        if tag[1]:
            if depth == 0:
                answer.clear()
            depth = max(depth - 1, 0)
            start = tag.end()
        else:
            if depth == 0:
                answer.append(text[start : tag.start()])
                start = tag.start()
            depth += 1
    if depth:
        return "".join(answer), text[start:]
    return "".join([*answer, text[start:]]), ""


def is_rule_line(line: str) -> bool:
    """True for a markdown rule: a few dashes, stars or underscores and nothing else."""
    return _RULE_LINE.fullmatch(line) is not None


def without_bold(text: str) -> str:
    """The text without markdown's bold stars."""
    return text.replace("**", "")


def tidy(text: str) -> str:
    """A section of a response without blank lines and rules around it, and without an unpaired bold mark."""
    lines = text.split("\n")
    while lines and (not lines[-1].strip() or is_rule_line(lines[-1])):
        lines.pop()
    first = next((index for index, line in enumerate(lines) if line.strip() and not is_rule_line(line)), len(lines))
    text = "\n".join(lines[first:]).strip()
    if text.count("**") == 1:
        text = text.removeprefix("**").removesuffix("**").strip()
    return text
