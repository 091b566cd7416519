"""The markers of a response, and the text after each.

The rule: the format that the response as a whole follows says which lines are markers. A line that only looks like
one, because the answer holds a list, a heading, code or an exercise of its own, is text. The format is what the first
markers show: numbered examples or none, an input or none, and how each marker is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from distilabel_selfinstruct.parsing.cleaning import tidy
from distilabel_selfinstruct.parsing.fences import fenced_lines
from distilabel_selfinstruct.parsing.marker_lines import (
    Kind,
    Marker,
    MarkerReader,
)
from distilabel_selfinstruct.parsing.remarks import Remarks
from distilabel_selfinstruct.parsing.response_format import markers_of_the_format

_SEPARATORS = " \t,;|"

_ANSWERS = frozenset({Kind.OUTPUT, Kind.ANSWER, Kind.LABEL})


@dataclass(frozen=True, slots=True)
class Section:
    """The text from one marker to the next.

    `marker` is the marker's name as written. `title` is what stands on the line of an `Example` ("Example 2:
    no vowels").
    """

    kind: Kind
    text: str
    marker: str = ""
    title: str = ""


def sections(text: str, reader: MarkerReader, remarks: Remarks, *, is_classification: bool) -> tuple[Section, ...]:
    """The response cut at its markers, in order; what stands before the first is the lead, if there is any.

    Lines in a code fence are code and hold no marker.
    """
    lines = text.split("\n")
    markers = markers_of_the_format(lines, fenced_lines(lines), reader, remarks, is_classification=is_classification)
    return _with_inline_fields(_cut(lines, markers, reader), reader)


def _cut(lines: Sequence[str], markers: Sequence[Marker | None], reader: MarkerReader) -> tuple[Section, ...]:
    found: list[Section] = []
    current: Marker | None = None
    held: list[str] = []
    for line, marker in zip(lines, markers, strict=True):
        if marker is None:
            held.append(line)
            continue
        found += _closed(current, held)
        current, held = marker, [] if marker.kind is Kind.EXAMPLE else [marker.rest]
        if marker.kind is Kind.EXAMPLE and reader.begins_with_field(marker.rest):  # "Example 1: Input: …"
            found.append(Section(Kind.EXAMPLE, "", marker.name))
            current = reader.marker_of(marker.rest)
            held = [current.rest] if current else []
    found += _closed(current, held)
    return tuple(found)


def _with_inline_fields(found: Sequence[Section], reader: MarkerReader) -> tuple[Section, ...]:
    """The sections, with those inputs and examples cut up that hold their output inside: "Input: 2, 3 Output: 5"."""
    cut: list[Section] = []
    for section, following in zip_longest(found, found[1:]):
        is_open = section.kind in {Kind.INPUT, Kind.EXAMPLE} and (following is None or following.kind not in _ANSWERS)
        cut += _fields_inside(section, reader) if is_open else [section]
    return tuple(cut)


def _fields_inside(section: Section, reader: MarkerReader) -> list[Section]:
    first, *fields = reader.inline_field.split(f"{section.title}\n{section.text}" if section.title else section.text)
    if not any(map(reader.inline_output.match, fields)):
        return [section]
    title, _, text = first.rstrip(_SEPARATORS).partition("\n") if section.title else ("", "", first)
    found = [replace(section, title=tidy(title), text=tidy(text.rstrip(_SEPARATORS)))]
    for part in fields:
        line, _, rest = part.rstrip(_SEPARATORS).partition("\n")
        marker = reader.marker_of(line)
        found += _closed(marker, [marker.rest, rest]) if marker else []
    return found


def _closed(marker: Marker | None, held: list[str]) -> list[Section]:
    text = tidy("\n".join(held))
    if marker is None:
        return [Section(Kind.LEAD, text)] if text else []
    title = tidy(marker.rest) if marker.kind is Kind.EXAMPLE else ""
    return [Section(marker.kind, text, marker.name, title)]
