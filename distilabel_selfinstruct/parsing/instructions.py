"""Stage 1: from the rest of a numbered list to candidate instructions (paper, section 2.2 and table 5).

The default mode departs from the reference where that misreads real models: remarks around the list, other
ways of numbering, echoes of the prompt, items glued together; and it keeps the case and, of a response cut by
its token limit, every item but the last.
"""

import re
from dataclasses import dataclass, field

from distilabel_selfinstruct.parsing.cleaning import (
    is_rule_line,
    plain,
    unread,
    without_bold,
    without_thinking,
)
from distilabel_selfinstruct.parsing.echo import LIST_HEADER, NUM_PROMPT_INSTRUCTIONS, without_prompt
from distilabel_selfinstruct.parsing.fences import without_outer_fences
from distilabel_selfinstruct.parsing.filters.refusals import is_refusal
from distilabel_selfinstruct.parsing.numbered_list import ItemList, ListItem
from distilabel_selfinstruct.parsing.reader import Reader, reader_of
from distilabel_selfinstruct.parsing.reference import strict_instructions
from distilabel_selfinstruct.parsing.remarks import ends_with_colon, is_group_heading, is_heading
from distilabel_selfinstruct.parsing.turns import first_turn
from distilabel_selfinstruct.records import Completion, Mode, Parsed, Reason, Rejection
from distilabel_selfinstruct.words import encodable

# What is left of the number that the prompt ended in: ". Write …".
_STRAY_SEPARATOR = re.compile(r"[.):\uff0e\u3001\uff1a]\s+")

# Quotation marks that stand around a whole item, opening to closing.
_QUOTES = {'"': '"', "\u201c": "\u201d", "\u300c": "\u300d", "\u300e": "\u300f", "\u00ab": "\u00bb", "'": "'"}

# An item, a blank line, and the heading of what comes next.
_LINES_WITH_HEADING = 3


@dataclass(slots=True)
class _Candidates:
    """What is gathered on the way through one response.

    `closed` is true while something was said after the last text, so that no limit has cut that one.
    """

    reader: Reader
    texts: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    closed: bool = False

    def drop(self, text: str, reason: Reason, detail: str) -> None:
        """Reject a text, unless it is blank."""
        collapsed = " ".join(text.split())
        if collapsed:
            self.rejected.append(Rejection(collapsed, reason, detail))


def parse_instructions(
    completion: Completion, mode: Mode = "default", prompt: str | None = None, language: str = "en"
) -> Parsed[str]:
    """The candidate instructions of one response, in order, on one line each.

    Every item of the list is kept or rejected. `prompt` is what the model was sent, if known: an echo of it,
    and each item copied from it, is then told apart from the answer (default mode). `language` is a BCP-47 tag or the
    folder of a pack; its words and those of English are read.
    """
    missing = unread(completion)
    if missing:
        return Parsed(rejected=(missing,))
    text = encodable(completion.text or "")
    if mode == "strict":
        return strict_instructions(text, truncated=completion.truncated)

    text, echoed = without_prompt(plain(text), plain(prompt or ""))
    text, unfinished = without_thinking(first_turn(text))
    reader = reader_of(language)
    found = _Candidates(reader, rejected=list(echoed))
    found.drop(unfinished, Reason.TRUNCATED, "reasoning without an end")
    text = without_outer_fences(
        text, stands_outside=reader.remarks.stands_outside, begins_content=reader.numbering.begins_item
    )
    _gather(text, found)
    if completion.truncated and found.texts and not unfinished and not found.closed:
        found.drop(found.texts.pop(), Reason.TRUNCATED, "the last item of a response cut by its token limit")
    shown = _shown_by(prompt, reader)
    kept = []
    for candidate in (_tidy(text, reader) for text in found.texts):
        if candidate.casefold() in shown:
            found.drop(candidate, Reason.PROMPT_ECHO, "an example of the prompt")
        elif candidate:
            kept.append(candidate)
    if not kept and not found.rejected:
        found.rejected.append(Rejection(encodable(completion.text or ""), Reason.EMPTY))
    return Parsed(tuple(kept), tuple(found.rejected))


def _tidy(text: str, reader: Reader) -> str:
    """An item on one line, without label, bold stars or quotation marks around it, first letter upper-cased.

    The reference's `capitalize()` lower-cases all that follows ("python", "english"); here its case stays.
    """
    text = " ".join(without_bold(text).split())
    label = reader.task_label.match(text)
    if label:
        text = text[label.end() :]
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[-1] not in text[1:-1]:
        text = text[1:-1].strip()
    return text[:1].upper() + text[1:]


def _gather(text: str, found: _Candidates) -> None:
    """Sort the text of a response into candidates and rejected remarks."""
    listed = found.reader.lists.split(text)
    remarks, lead = _split_lead(listed, found.reader)
    if listed.items and listed.items[0].number is None and lead:
        # Bullets after a text of its own are part of it: "Put these in order: - … - …".
        remarks, lead = _split_lead(ItemList(text, ()), found.reader)
        listed = ItemList(lead, ())
    opened_by_header = any(map(_is_list_header, remarks))
    for remark in remarks:
        found.drop(remark, *_about(remark))
    if lead:
        lead = _STRAY_SEPARATOR.sub("", lead, count=1) if _STRAY_SEPARATOR.match(lead) else lead
        for task in [lead] if listed.items else _unnumbered(lead, found):
            _keep(task, found)
    items = _without_shown(listed.items, found) if opened_by_header and not lead else listed.items
    for number, item in enumerate(items, 1):
        _keep(item.text, found, is_last=number == len(items))


def _unnumbered(text: str, found: _Candidates) -> list[str]:
    """The tasks of a text without numbers: none of a refusal."""
    if is_refusal(text, found.reader.language):
        found.drop(text, Reason.REFUSAL, "a refusal")
        return []
    body, closing = found.reader.remarks.split_closing(text)
    tasks = found.reader.unnumbered.split(body)
    if closing and len(tasks) > 1:
        found.drop(closing, Reason.PREAMBLE, "closing remark")
        return tasks
    return found.reader.unnumbered.split(text)


def _keep(text: str, found: _Candidates, *, is_last: bool = False) -> None:
    """Take an item, less list headers in it, and less what is said after it."""
    body, closing = found.reader.remarks.split_closing(text) if is_last else (text, "")
    body, ruled_off = _split_at_rule(body, found.reader) if is_last else (body, "")
    lines = [line for line in body.rstrip().split("\n") if not is_rule_line(line)]
    heading = ""
    if len(lines) >= _LINES_WITH_HEADING and not lines[-2].strip():
        # Between items, "More tasks:" is a heading too.
        heads = is_heading(lines[-1]) or (not is_last and is_group_heading(lines[-1]))
        heading = lines.pop() if heads else ""
    for header in filter(_is_list_header, lines):
        found.drop(header, Reason.PROMPT_ECHO, "the header of the prompt")
    kept = "\n".join(line for line in lines if not _is_list_header(line)).strip()
    body, gloss = found.reader.glosses.split(kept)
    if body:
        found.texts.append(body)
    said_after = (
        (gloss, "an explanation"),
        (heading, "heading"),
        (ruled_off, "remark below a rule"),
        (closing, "closing remark"),
    )
    for remark, detail in said_after:
        found.drop(remark, Reason.PREAMBLE, detail)
    found.closed = any(remark for remark, _ in said_after)


def _split_at_rule(text: str, reader: Reader) -> tuple[str, str]:
    """The last item, and a remark that a single rule sets apart from it. Two rules frame a text of the item's own."""
    lines = text.split("\n")
    rules = [index for index, line in enumerate(lines) if is_rule_line(line)]
    if len(rules) != 1 or not rules[0] or lines[rules[0] - 1].strip():
        return text, ""
    above = "\n".join(lines[: rules[0]]).rstrip()
    if reader.remarks.points_below(above):
        return text, ""
    return above, "\n".join(lines[rules[0] + 1 :]).strip()


def _is_list_header(line: str) -> bool:
    return LIST_HEADER.fullmatch(line.strip()) is not None


def _split_lead(listed: ItemList, reader: Reader) -> tuple[list[str], str]:
    """The remarks at the head of a response, and what follows them before the first number."""
    lines = listed.lead.split("\n")
    said = [index for index, line in enumerate(lines) if line.strip() and not is_rule_line(line)]
    first = listed.items[0].number if listed.items else None
    # The prompt ends in "9.", so what stands before a "1." or a "9." cannot be the ninth item.
    restarts = first is not None and first <= NUM_PROMPT_INSTRUCTIONS + 1
    remarks = []
    for index in said:
        line, last = lines[index], index == said[-1]
        if (
            reader.remarks.is_remark(line)
            or _is_list_header(line)
            or (is_heading(line) and (restarts or not last))
            or (restarts and last and ends_with_colon(line))
        ):
            remarks.append(line.strip())
        else:
            return remarks, "\n".join(lines[index:])
    return remarks, ""


def _about(remark: str) -> tuple[Reason, str]:
    if _is_list_header(remark):
        return Reason.PROMPT_ECHO, "the header of the prompt"
    return Reason.PREAMBLE, "heading" if is_heading(remark) else "opening remark"


def _without_shown(items: tuple[ListItem, ...], found: _Candidates) -> tuple[ListItem, ...]:
    """Leave out the prompt's own examples from a response that begins with the prompt."""
    numbers = [item.number for item in items[:NUM_PROMPT_INSTRUCTIONS]]
    if numbers != list(range(1, NUM_PROMPT_INSTRUCTIONS + 1)):
        return items
    for item in items[:NUM_PROMPT_INSTRUCTIONS]:
        found.drop(item.text, Reason.PROMPT_ECHO, "an example of the prompt")
    return items[NUM_PROMPT_INSTRUCTIONS:]


def _shown_by(prompt: str | None, reader: Reader) -> frozenset[str]:
    """What a response may have copied from the prompt: its list items, and its other lines."""
    if not prompt:
        return frozenset()
    prompt = plain(prompt)
    texts = [item.text for item in reader.lists.split(prompt).items] + prompt.split("\n")
    return frozenset(_tidy(text, reader).casefold() for text in texts)
