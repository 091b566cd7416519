"""A list as models write it, to single items."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.parsing.echo import LIST_HEADER
from distilabel_selfinstruct.parsing.numbering import Numbering, Start
from distilabel_selfinstruct.parsing.remarks import Remarks, ends_with_colon, is_heading

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


class Lists:
    """Splits lists, with the words of some languages.

    Args:
        numbering: finds the beginnings of items.
        remarks: tells what announces a list from the text of an item.
    """

    def __init__(self, numbering: Numbering, remarks: Remarks) -> None:
        self._numbering = numbering
        self._remarks = remarks

    def split(self, text: str) -> ItemList:
        """Split a response into its items. A list inside an item belongs to it."""
        lines = text.split("\n")
        starts = self._without_inner_lists(self._numbering.starts_of_items(lines), lines)
        if not starts:
            return _separate_glued(ItemList(text.strip(), ()))
        ends = [start.line for start in starts[1:]] + [len(lines)]
        items = []
        for start, end in zip(starts, ends, strict=True):
            held = [lines[start.line][start.length :], *lines[start.line + 1 : end]]
            items.append(ListItem(start.number, "\n".join(held).strip()))
        lead = "\n".join(lines[: starts[0].line]).strip()
        return _separate_glued(ItemList(lead, _without_lone_number(items)))

    def _without_inner_lists(self, starts: Sequence[Start], lines: Sequence[str]) -> list[Start]:
        """The items less those of lists inside an item: "9. Put these in order: 1. … 2. … 10. …".

        A list that begins again with 1 is an inner one if the number that is due comes after it, or if it stands at the
        end, directly below a line that ends in a colon.
        """
        if not starts or starts[0].number is None:
            return list(starts)
        places: dict[int, list[int]] = {}
        for index, start in enumerate(starts):
            places.setdefault(start.number or 0, []).append(index)
        runs = _lengths_of_runs(starts)
        kept: list[Start] = []
        index = self._after_list_in_lead(starts, runs, lines)
        while index < len(starts):
            start, before = starts[index], kept[-1].number if kept else None
            if before is not None and start.number == 1:
                end = index + runs[index]
                due = places.get(before + 1, [])
                next_due = bisect_right(due, index)
                is_inner = next_due < len(due) and due[next_due] == end and self._is_text(lines[start.line - 1])
                if is_inner or (end == len(starts) and self._leads_to_list(lines, kept[-1].line, start.line)):
                    index = end
                    continue
            kept.append(start)
            index += 1
        return kept

    def _after_list_in_lead(self, starts: Sequence[Start], runs: Sequence[int], lines: Sequence[str]) -> int:
        """The index after a list inside the lead, which is the item that the prompt has numbered; 0 without one."""
        end = runs[0]
        jumps = starts[0].number == 1 and end < len(starts) and (starts[end].number or 0) > end + 1
        lead = [line for line in lines[: starts[0].line] if line.strip()]
        return end if jumps and lead and self._is_text(lead[-1]) else 0

    def _leads_to_list(self, lines: Sequence[str], item: int, inner: int) -> bool:
        """True where the text of an item, up to the list below it, ends in a colon that announces no tasks."""
        held = [line for line in lines[item:inner] if line.strip()]
        blank = any(not line.strip() for line in lines[item:inner])
        return (not blank or len(held) == 1) and ends_with_colon(held[-1]) and self._is_text(held[-1])

    def _is_text(self, line: str) -> bool:
        is_header = LIST_HEADER.search(line) is not None or self._remarks.announces_a_list(line)
        return not (is_header or self._remarks.opens_a_chat(line) or is_heading(line))


def _lengths_of_runs(starts: Sequence[Start]) -> list[int]:
    """For each start, how many from there on count up one by one."""
    runs: list[int] = []
    for index in range(len(starts) - 1, -1, -1):
        continues = index + 1 < len(starts) and starts[index + 1].number == (starts[index].number or 0) + 1
        runs.append(runs[-1] + 1 if continues else 1)
    runs.reverse()
    return runs


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
