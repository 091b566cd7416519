"""Stage 1: from the rest of a numbered list to candidate instructions (paper, section 2.2 and table 5).

The default mode departs from the reference where that misreads real models: remarks around the list, other
ways of numbering, echoes of the prompt, items glued together; and it keeps the case and, of a response cut by
its token limit, every item but the last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from distilabel_selfinstruct.parsing import preambles
from distilabel_selfinstruct.parsing.cleaning import (
    encodable,
    is_fence,
    is_rule_line,
    plain,
    unread,
    without_bold,
    without_thinking,
)
from distilabel_selfinstruct.parsing.echo import LIST_HEADER, NUM_PROMPT_INSTRUCTIONS, without_prompt
from distilabel_selfinstruct.parsing.numbered_list import ItemList, ListItem, begins_item, split_list
from distilabel_selfinstruct.parsing.reference import strict_instructions
from distilabel_selfinstruct.records import Completion, Mode, Parsed, Reason, Rejection

# A label that some models put before each task.
_TASK_LABEL = re.compile(r"(?:(?:Task|Instruction)\s*(?:\d{1,4}\s*)?[:\uff1a]\s*)+")

# What is left of the number that the prompt ended in: ". Write …".
_STRAY_SEPARATOR = re.compile(r"[.):\uff0e\u3001\uff1a]\s+")

# Quotation marks that stand around a whole item, opening to closing.
_QUOTES = {'"': '"', "\u201c": "\u201d", "\u300c": "\u300d", "\u300e": "\u300f", "\u00ab": "\u00bb", "'": "'"}

# An item, a blank line, and the heading of what comes next.
_LINES_WITH_HEADING = 3


@dataclass(slots=True)
class _Candidates:
    """What is gathered on the way through one response."""

    texts: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def drop(self, text: str, reason: Reason, detail: str) -> None:
        """Reject a text, unless it is blank."""
        collapsed = " ".join(text.split())
        if collapsed:
            self.rejected.append(Rejection(collapsed, reason, detail))


def parse_instructions(completion: Completion, mode: Mode = "default", prompt: str | None = None) -> Parsed[str]:
    """The candidate instructions of one response, in order, on one line each.

    Every item of the list is kept or rejected. `prompt` is what the model was sent, if known: an echo of it,
    and each item copied from it, is then told apart from the answer (default mode).
    """
    missing = unread(completion)
    if missing:
        return Parsed(rejected=(missing,))
    text = encodable(completion.text or "")
    if mode == "strict":
        return strict_instructions(text, truncated=completion.truncated)

    text, echoed = without_prompt(plain(text), plain(prompt or ""))
    text, unfinished = without_thinking(text)
    found = _Candidates(rejected=list(echoed))
    found.drop(unfinished, Reason.TRUNCATED, "reasoning without an end")
    _gather(_without_fences(text), found)
    if completion.truncated and found.texts and not unfinished:
        found.drop(found.texts.pop(), Reason.TRUNCATED, "the last item of a response cut by its token limit")
    shown = _shown_by(prompt)
    kept = []
    for candidate in map(tidy_instruction, found.texts):
        if candidate.casefold() in shown:
            found.drop(candidate, Reason.PROMPT_ECHO, "an example of the prompt")
        elif candidate:
            kept.append(candidate)
    if not kept and not found.rejected:
        found.rejected.append(Rejection(encodable(completion.text or ""), Reason.EMPTY))
    return Parsed(tuple(kept), tuple(found.rejected))


def tidy_instruction(text: str) -> str:
    """An item on one line, without label, bold stars or quotation marks around it, first letter upper-cased.

    The reference's `capitalize()` lower-cases all that follows ("python", "english"); here its case stays.
    """
    text = " ".join(without_bold(text).split())
    label = _TASK_LABEL.match(text)
    if label:
        text = text[label.end() :]
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[-1] not in text[1:-1]:
        text = text[1:-1].strip()
    return text[:1].upper() + text[1:]


def _gather(text: str, found: _Candidates) -> None:
    """Sort the text of a response into candidates and rejected remarks."""
    listed = split_list(text)
    remarks, lead = _split_lead(listed)
    if listed.items and listed.items[0].number is None and lead:
        # Bullets after a text of its own are part of it: "Put these in order: - … - …".
        remarks, lead = _split_lead(ItemList(text, ()))
        listed = ItemList(lead, ())
    opened_by_header = any(map(_is_list_header, remarks))
    for remark in remarks:
        found.drop(remark, *_about(remark))
    if lead:
        _keep(_STRAY_SEPARATOR.sub("", lead, count=1) if _STRAY_SEPARATOR.match(lead) else lead, found)
    items = _without_shown(listed.items, found) if opened_by_header and not lead else listed.items
    for place, item in enumerate(items, 1):
        body, closing = preambles.split_closing(item.text) if place == len(items) else (item.text, "")
        _keep(body, found)
        found.drop(closing, Reason.PREAMBLE, "closing remark")


def _keep(text: str, found: _Candidates) -> None:
    """Take an item, less list headers in it, and less the heading at its end of what comes next."""
    lines = [line for line in text.rstrip().split("\n") if not is_rule_line(line)]
    if len(lines) >= _LINES_WITH_HEADING and not lines[-2].strip() and preambles.is_heading(lines[-1]):
        found.drop(lines.pop(), Reason.PREAMBLE, "heading")
    for header in filter(_is_list_header, lines):
        found.drop(header, Reason.PROMPT_ECHO, "the header of the prompt")
    body = "\n".join(line for line in lines if not _is_list_header(line)).strip()
    if body:
        found.texts.append(body)


def _is_list_header(line: str) -> bool:
    return LIST_HEADER.fullmatch(line.strip()) is not None


def _split_lead(listed: ItemList) -> tuple[list[str], str]:
    """The remarks at the head of a response, and what follows them before the first number."""
    lines = [line for line in listed.lead.split("\n") if line.strip() and not is_rule_line(line)]
    first = listed.items[0].number if listed.items else None
    # The prompt ends in "9.", so what stands before a "1." or a "9." cannot be the ninth item.
    restarts = first is not None and first <= NUM_PROMPT_INSTRUCTIONS + 1
    remarks = []
    for place, line in enumerate(lines):
        last = place == len(lines) - 1
        if (
            preambles.is_remark(line)
            or _is_list_header(line)
            or (preambles.is_heading(line) and (restarts or not last))
            or (restarts and last and preambles.ends_with_colon(line))
        ):
            remarks.append(line.strip())
        else:
            return remarks, "\n".join(lines[place:])
    return remarks, ""


def _about(remark: str) -> tuple[Reason, str]:
    if _is_list_header(remark):
        return Reason.PROMPT_ECHO, "the header of the prompt"
    return Reason.PREAMBLE, "heading" if preambles.is_heading(remark) else "opening remark"


def _without_shown(items: tuple[ListItem, ...], found: _Candidates) -> tuple[ListItem, ...]:
    """Leave out the prompt's own examples from a response that begins with the prompt."""
    numbers = [item.number for item in items[:NUM_PROMPT_INSTRUCTIONS]]
    if numbers != list(range(1, NUM_PROMPT_INSTRUCTIONS + 1)):
        return items
    for item in items[:NUM_PROMPT_INSTRUCTIONS]:
        found.drop(item.text, Reason.PROMPT_ECHO, "an example of the prompt")
    return items[NUM_PROMPT_INSTRUCTIONS:]


def _shown_by(prompt: str | None) -> frozenset[str]:
    """What a response may have copied from the prompt: its list items, and its other lines."""
    if not prompt:
        return frozenset()
    prompt = plain(prompt)
    texts = [item.text for item in split_list(prompt).items] + prompt.split("\n")
    return frozenset(tidy_instruction(text).casefold() for text in texts)


def _without_fences(text: str) -> str:
    """The text without code fences around the list; a fence inside an item stays."""
    lines = text.split("\n")
    return "\n".join(_unfenced(lines)) if any(is_fence(line) for line in lines) else text


def _unfenced(lines: list[str]) -> Iterator[str]:
    # A fence before the first number, and its end, hold the list.
    first_number = next((place for place, line in enumerate(lines) if begins_item(line)), len(lines))
    holds_list = any(is_fence(line) for line in lines[:first_number])
    for line in lines:
        if not (holds_list and is_fence(line)):
            yield line
