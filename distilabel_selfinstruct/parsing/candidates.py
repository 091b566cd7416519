"""The lines that look like markers, with what stands around each: what `response_format` decides by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from distilabel_selfinstruct.parsing.cleaning import is_rule_line
from distilabel_selfinstruct.parsing.fences import is_fence
from distilabel_selfinstruct.parsing.marker_lines import BULLET, Kind, Marker, MarkerReader, Style
from distilabel_selfinstruct.parsing.remarks import Remarks, is_heading

# An item of a list with a label of its own: "2. **Weaving:** the shuttle crosses", "- Process: slow heat".
_LABELLED_ITEM = re.compile(
    rf"[ \t]*(?:{BULLET}|(?P<ordinal>\d{{1,2}})[.)][ \t]+)"
    r"(?:[*_]{0,3}[^\W\d_][^:\uff1a.!?\n]{0,40}[:\uff1a]|[*_]{2}[^*_\n]{1,40}[*_]{2}[ \t]*$)"
)

# Lines indented so far are code in markdown.
_CODE_INDENT = 4


@dataclass(slots=True)
class _Run:
    """Candidates in a row: where the last of each kind and style stands among them, and the last output with a text."""

    last: dict[tuple[Kind, Style], int] = field(default_factory=dict)
    last_output: int = -1
    last_output_with_text: int = -1

    def add(self, marker: Marker, index: int, *, has_text: bool) -> None:
        self.last[marker.kind, marker.style] = index
        if marker.kind is Kind.OUTPUT:
            self.last_output = index
            self.last_output_with_text = index if has_text else self.last_output_with_text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that looks like a marker.

    Attributes:
        line: its index in the response.
        marker: what it would be.
        at_start: nothing but remarks stands before it.
        follows_blank: the line before it is blank.
        follows_directly: nothing stands between it and the marker before it.
        headed: the field that follows on the next line that is not blank, or on its own line.
        has_field: a field follows before the next `Example`.
        run: the candidates up to the next input or `Example`.
        block: the candidates up to the next `Example`.
        has_text: a text stands on its line or on the lines up to the next candidate.
        is_last: no candidate follows.
        index: its index among the candidates.
        inline_field: the field on the line of an `Example`, "Example 1: Input: x", if there is one.
        names_output: an output stands inside its line.
    """

    line: int
    marker: Marker
    at_start: bool
    follows_blank: bool
    follows_directly: bool
    headed: Marker | None
    has_field: bool
    has_text: bool
    is_last: bool
    index: int
    run: _Run
    block: _Run
    inline_field: Marker | None
    names_output: bool

    @property
    def is_code(self) -> bool:
        """True for a line that is indented as code is."""
        return self.marker.indent >= _CODE_INDENT

    @property
    def is_titled(self) -> bool:
        """True for an `Example` with a text on its line that is no field."""
        return bool(self.marker.rest.strip()) and self.inline_field is None

    @property
    def holds_output(self) -> bool:
        """True for an input or an `Example` with its output on the same line."""
        is_open = self.marker.kind in {Kind.INPUT, Kind.EXAMPLE} and self.run.last_output < self.index
        return is_open and self.names_output

    def output_follows(self, style: Style) -> bool:
        """True where an `Output:` of that style follows before the next input."""
        return self.run.last.get((Kind.OUTPUT, style), -1) > self.index

    def field_follows(self, kind: Kind, style: Style) -> bool:
        """True where a field of that kind and style follows before the next `Example`."""
        return self.block.last.get((kind, style), -1) > self.index

    @property
    def output_with_text_follows(self) -> bool:
        """True where an `Output:` with a text follows before the next input."""
        return self.run.last_output_with_text > self.index


def candidates_in(
    lines: Sequence[str], fenced: Sequence[bool], reader: MarkerReader, remarks: Remarks
) -> list[Candidate]:
    """The candidates of a response in order, less those in code fences and those in lists of the text's own."""
    found = [
        (index, marker)
        for index, (line, inside) in enumerate(zip(lines, fenced, strict=True))
        if not inside and (marker := reader.marker_of(line)) is not None
    ]
    found = _without_lists_of_the_text(lines, fenced, found)
    if not found:
        return []
    text_before = _last_text_before(lines)
    start = _first_line_after_remarks(lines, reader, remarks)
    ends = [index for index, _ in found[1:]] + [len(lines)]
    run, block = _Run(), _Run()
    candidates = []
    for number, ((index, marker), end) in enumerate(zip(found, ends, strict=True)):
        follower = found[number + 1][1] if number + 1 < len(found) else None
        field_follows = follower is not None and follower.kind is not Kind.EXAMPLE
        is_example = marker.kind is Kind.EXAMPLE
        inline = reader.marker_of(marker.rest) if is_example and reader.begins_with_field(marker.rest) else None
        follows_directly = not marker.rest.strip() and text_before[end] == index
        has_text = bool(marker.rest.strip()) or text_before[end] > index
        run = _Run() if marker.kind in {Kind.INPUT, Kind.EXAMPLE} else run
        block = _Run() if marker.kind is Kind.EXAMPLE else block
        run.add(marker, number, has_text=has_text)
        block.add(marker, number, has_text=has_text)
        before = found[number - 1] if number else None
        candidates.append(
            Candidate(
                index,
                marker,
                at_start=index <= start,
                follows_blank=not index or not lines[index - 1].strip(),
                follows_directly=before is not None and text_before[index] == before[0],
                headed=inline or (follower if field_follows and follows_directly else None),
                has_field=inline is not None or field_follows,
                has_text=has_text,
                is_last=follower is None,
                index=number,
                run=run,
                block=block,
                inline_field=reader.marker_of(marker.rest) if is_example else None,
                names_output=reader.inline_output.search(marker.rest) is not None,
            )
        )
    return candidates


def _last_text_before(lines: Sequence[str]) -> list[int]:
    """For each index up to the number of lines, the last line before it that is not blank; -1 if there is none."""
    last = [-1]
    for index, line in enumerate(lines):
        last.append(index if line.strip() else last[-1])
    return last


def _first_line_after_remarks(lines: Sequence[str], reader: MarkerReader, remarks: Remarks) -> int:
    for index, line in enumerate(lines):
        if not line.strip() or is_rule_line(line) or is_fence(line):
            continue
        remark = remarks.is_remark(line) or remarks.introduces(line) or is_heading(line)
        if reader.marker_of(line) is not None or not remark:
            return index
    return len(lines)


@dataclass(frozen=True, slots=True)
class _Item:
    """A list item with a label: of a marker, or of the text's own (then `kind` is None)."""

    kind: Kind | None
    ordinal: int | None


def _without_lists_of_the_text(
    lines: Sequence[str], fenced: Sequence[bool], found: list[tuple[int, Marker]]
) -> list[tuple[int, Marker]]:
    """Leave out candidates that are items of a list with other labels: its `Input:` and `Output:` are steps."""
    if not any(marker.style.item for _, marker in found):
        return found
    markers = dict(found)
    lists: dict[str, list[_Item]] = {}
    for index, line in enumerate(lines):
        marker = markers.get(index)
        if marker is not None and marker.style.item:
            lists.setdefault(marker.style.item, []).append(_Item(marker.kind, marker.ordinal))
        elif marker is None and not fenced[index] and (other := _LABELLED_ITEM.match(line)) is not None:
            ordinal = int(other["ordinal"]) if other["ordinal"] else None
            lists.setdefault(other["bullet"] or "1.", []).append(_Item(None, ordinal))
    own = {item for item, items in lists.items() if _is_of_the_text(items)}
    return [(index, marker) for index, marker in found if marker.style.item not in own]


def _is_of_the_text(items: Sequence[_Item]) -> bool:
    """True for a list whose markers and other labels are steps of one thing: "1. Input, 2. Weaving, 3. Output"."""
    if items[0].kind is None and items[0].ordinal is None:
        return True
    for item, following in pairwise(items):
        step = None if item.ordinal is None or following.ordinal is None else following.ordinal - item.ordinal
        is_mixed = (item.kind is None) != (following.kind is None)
        skips = item.kind is Kind.INPUT and following.kind is Kind.OUTPUT and step not in {None, 0, 1}
        parts = item.kind is None and following.kind is Kind.OUTPUT and step is None
        if skips or parts or (is_mixed and step == 1):
            return True
    return False
