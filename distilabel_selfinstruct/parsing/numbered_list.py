"""A list as models write it: numbered in one of several ways, sometimes with bullets, to single items."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# The number of an item at a line's start, with what chat models put around it: "10. ", "10) ", "(10) ",
# "10、", "**10.** ", "- 10. ", "### 10. ", "### Task 12: ", "Task 12" alone on its line.
_NUMBER = re.compile(
    r"""(?P<indent>[ \t]*)
    (?:[-*\u2022>][ \t]+)?                        # a bullet or a quotation mark before the number
    (?P<heading>\#{1,6}[ \t]*)?
    (?P<bold>[*_]{1,3})?
    (?P<word>(?:Task|Instruction|작업|과제|任务|任務|指令|タスク|指示|課題)[ \t]*)?
    \(?(?P<number>\d{1,4})
    [ \t]?
    (?P<separator>[.)\uff0e\u3001]|[:\uff1a]|(?=[*_]*[ \t]*$))
    (?!\d)                                       # "3.5 metres" begins no item
    [*_]{0,3}[:\uff1a]?[ \t]*
    """,
    re.VERBOSE,
)

# A bullet at a line's start. A dash that is a minus or a dialogue's dash has no space after it.
_BULLET = re.compile(r"[ \t]*[-*\u2022\u25cf\u2023\u30fb][ \t]+")

# The next number in the middle of a line, after the end of a sentence: "… a poem. 11. Write …".
_GLUED_NUMBER = re.compile(r"(?<=[.!?\"')\]\u201d\u2019\u3002\uff01\uff1f])[ \t]+(\d{1,4})[ \t]?[.)](?:[ \t]+|$)")

# A line with a number and nothing else: the item that did not come.
_LONE_NUMBER = re.compile(r"\s*(\d{1,4})\s*")


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item as it stands in the response, less its number. `number` is None for a bullet."""

    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class ItemList:
    """`lead` is what stands before the first number: a remark, or the item that the prompt has numbered."""

    lead: str
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class _Start:
    """Where an item starts: its line, the number, and how much of the line that takes up."""

    line: int
    number: int | None
    indent: int
    style: str
    length: int


def split_list(text: str) -> ItemList:
    """Split a response into its items.

    Numbers with a dot, the paper's format, are the items where there are any; else numbers in another style;
    else bullets, if nothing stands before them. Deeper indented numbers and bullets belong to the item above
    them.
    """
    lines = text.split("\n")
    starts = _outermost(_numbered(lines)) or _bulleted(lines)
    if not starts:
        return _separate_glued(ItemList(text.strip(), ()))
    ends = [start.line for start in starts[1:]] + [len(lines)]
    items = []
    for start, end in zip(starts, ends, strict=True):
        held = [lines[start.line][start.length :], *lines[start.line + 1 : end]]
        items.append(ListItem(start.number, "\n".join(held).strip()))
    lead = "\n".join(lines[: starts[0].line]).strip()
    return _separate_glued(ItemList(lead, _without_lone_number(items)))


def begins_item(line: str) -> bool:
    """True for a line with a number or a bullet at its start."""
    return _NUMBER.match(line) is not None or _BULLET.match(line) is not None


def _numbered(lines: list[str]) -> list[_Start]:
    starts = []
    for place, line in enumerate(lines):
        found = _NUMBER.match(line)
        if not found:
            continue
        marked = bool(found["word"] or found["heading"] or found["bold"])
        style = found["separator"]
        if not marked and style not in {".", ")", "\uff0e", "\u3001"}:
            continue  # "10: 30" and a number alone on its line begin no item
        if found["word"]:
            style = "word"
        starts.append(_Start(place, int(found["number"]), len(found["indent"]), style, found.end()))
    return starts


def _outermost(starts: list[_Start]) -> list[_Start]:
    styles = [start.style for start in starts]
    if not styles:
        return []
    # "Task 3:" outranks the numbers inside a task; the dot, which the prompt shows, outranks "1)" inside an
    # item. A single "Task 12:" among dots is the item whose turn it is.
    outranking = styles.count("word") > 1 or "." not in styles
    style = next((style for style in ("word", ".") if style in styles and (style == "." or outranking)), styles[0])
    kept: list[_Start] = []
    for start in starts:
        due = bool(kept) and start.style == "word" and start.number == (kept[-1].number or 0) + 1
        if start.style == style or due:
            kept.append(start)
    starts = kept
    least = min(start.indent for start in starts)
    return [start for start in starts if start.indent < least + 2]


def _bulleted(lines: list[str]) -> list[_Start]:
    starts = []
    for place, line in enumerate(lines):
        found = _BULLET.match(line)
        if found:
            starts.append(_Start(place, None, len(line) - len(line.lstrip()), "-", found.end()))
    return _outermost(starts)


def _without_lone_number(items: list[ListItem]) -> tuple[ListItem, ...]:
    # A response cut at its token limit, or by a stop sequence, ends in the bare number of the next item.
    last = items[-1]
    body, newline, tail = last.text.rpartition("\n")
    lone = _LONE_NUMBER.fullmatch(tail)
    if newline and lone and last.number is not None and int(lone[1]) == last.number + 1:
        items = [*items[:-1], ListItem(last.number, body.strip())]
    return tuple(items)


def _separate_glued(found: ItemList) -> ItemList:
    """Take apart items whose numbers stand inside a line. Only a number that is due there counts."""
    numbers = [*(item.number for item in found.items), None]
    lead, *items = _unglue_lead(found.lead, numbers[0])
    for item, due in zip(found.items, numbers[1:], strict=True):
        items += _unglue(item, due)
    return ItemList(lead.text, tuple(items))


def _unglue_lead(lead: str, due: int | None) -> list[ListItem]:
    # The lead continues a number of the prompt, which is one less than the first number inside it.
    inner = _GLUED_NUMBER.search(lead)
    if not inner or (due is not None and int(inner[1]) >= due):
        return [ListItem(None, lead)]
    return list(_unglue(ListItem(int(inner[1]) - 1, lead), due))


def _unglue(item: ListItem, due: int | None) -> Iterator[ListItem]:
    if item.number is None or due == item.number + 1:
        yield item
        return
    number, start = item.number, 0
    for inner in _GLUED_NUMBER.finditer(item.text):
        if int(inner[1]) == number + 1:
            yield ListItem(number, item.text[start : inner.start()].strip())
            number, start = number + 1, inner.end()
    yield ListItem(number, item.text[start:].strip())
