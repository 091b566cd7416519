"""The markers of a response (`Example 1`, `Input:`, `Output:`, `Class label:`) and the text after each.

The reference looks for them anywhere in the text, so that "in Example 1" or a printed "Output:" splits a
sentence. Here a marker begins its line, bare or in the markdown that chat models put around it.
"""

import re
from dataclasses import dataclass
from enum import Enum

from distilabel_selfinstruct.parsing.cleaning import fenced_lines, is_fence, tidy


class Kind(Enum):
    """What a section of a response holds."""

    LEAD = "lead"
    EXAMPLE = "example"
    INPUT = "input"
    OUTPUT = "output"
    ANSWER = "answer"
    LABEL = "label"


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


# What may stand before a marker on its line: a quotation mark or bullet, a heading, a list number, bold
# stars.
_DECORATION = r"[ \t>]*(?:[-*\u2022][ \t]+)?(?:\#{2,6}[ \t]*)?(?:\d{1,2}[.)][ \t]+)?[*_\[]{0,3}"

# "Input:", "Output 2:", "**Output:**", "### Output", "Expected output:", "Class label: ". The colon may be
# missing only where the marker is alone on its line.
_FIELD = re.compile(
    _DECORATION
    + r"""
    (?P<name>
        (?:(?:Example|Sample|Task)[ ]{1,3})?(?:Input|INPUT)
      | (?:(?:Example|Sample|Task|Expected|Correct)[ ]{1,3})?(?:[Oo]utput|OUTPUT)
      | (?:Class|CLASS)[ ](?:[Ll]abel|LABEL)
      | Answer|Solution
    )
    [ \t]*(?P<number>\d{0,3})[ \t]*[*_\]]{0,3}[ \t]*(?:[:\uff1a][*_]{0,3}|(?P<alone>$))[ \t]*
    """,
    re.VERBOSE,
)

# "Example 1", "Example 2:", "Example:", "### Example 3 (negative)", "**Example 1.**". A number alone does not
# do: "Example 1 shows …" is a sentence.
_EXAMPLE = re.compile(
    _DECORATION.replace("{2,6}", "{1,6}")
    + r"(?:Example|EXAMPLE)[ \t]?(?P<number>\d{0,3})(?:[ \t]*\([^()\n]{0,60}\))?"
    + r"[*_]{0,3}(?:[ \t]*[:.\uff1a)]|[ \t]+[-\u2013\u2014](?=[ \t])|[ \t]*$)[*_]{0,3}[ \t]*"
)

# The same fields inside a line: "Input: 2, 3 Output: 5".
_INLINE = re.compile(r"(?<=[\s,;|.])(?=(?:Input|(?:Expected )?Output)\s{0,3}\d{0,3}\s{0,3}:)")
_INLINE_OUTPUT = re.compile(r"(?<=[\s,;|.])(?:Expected )?Output\s{0,3}\d{0,3}\s{0,3}:")

_OUTPUTS = frozenset({Kind.OUTPUT, Kind.ANSWER, Kind.LABEL})


def sections(text: str) -> tuple[Section, ...]:
    """The response cut at its markers, in order; what stands before the first is the lead, if there is any.

    Markers in a code fence count only where there are none outside.
    """
    lines = text.split("\n")
    fenced = fenced_lines(lines)
    if not any(_marker(line) for line, inside in zip(lines, fenced, strict=True) if not inside):
        # The format itself is in the fence.
        if any(_marker(line) for line in lines):
            lines = [line for line in lines if not is_fence(line)]
        fenced = [False] * len(lines)
    return _cut(*_with_inline_markers_on_lines(lines, fenced))


@dataclass(frozen=True, slots=True)
class _Marker:
    """A marker at the head of a line, and the rest of the line."""

    kind: Kind
    name: str
    numbered: bool
    rest: str


def _marker(line: str) -> _Marker | None:
    field = _FIELD.match(line)
    if field:
        if field["alone"] is not None and field["name"] in {"Answer", "Solution"}:
            return None  # alone on a line, these are headings of a text
        return _Marker(_kind(field["name"]), field["name"], bool(field["number"]), line[field.end() :])
    example = _EXAMPLE.match(line)
    return _Marker(Kind.EXAMPLE, "Example", bool(example["number"]), line[example.end() :]) if example else None


def _kind(name: str) -> Kind:
    name = name.lower()
    if name in {"answer", "solution"}:
        return Kind.ANSWER
    if name.endswith("label"):
        return Kind.LABEL
    return Kind.INPUT if name.endswith("input") else Kind.OUTPUT


def _cut(lines: list[str], fenced: list[bool]) -> tuple[Section, ...]:
    found: list[Section] = []
    current = _Marker(Kind.LEAD, "", numbered=False, rest="")
    held: list[str] = []
    for line, marker in zip(lines, _markers_of_the_format(lines, fenced), strict=True):
        if marker is None:
            held.append(line)
            continue
        found += _closed(current, held)
        current, held = marker, [] if marker.kind is Kind.EXAMPLE else [marker.rest]
        inner = _FIELD.match(marker.rest) if marker.kind is Kind.EXAMPLE else None
        if inner and inner["alone"] is None:  # "Example 1: Input: …"
            found.append(Section(marker.kind, "", marker.name))
            current = _Marker(_kind(inner["name"]), inner["name"], numbered=False, rest="")
            held = [marker.rest[inner.end() :]]
    found += _closed(current, held)
    return tuple(found)


def _closed(marker: _Marker, held: list[str]) -> list[Section]:
    text = tidy("\n".join(held))
    if marker.kind is Kind.LEAD and not text:
        return []
    title = tidy(marker.rest) if marker.kind is Kind.EXAMPLE else ""
    return [Section(marker.kind, text, marker.name, title)]


def _markers_of_the_format(lines: list[str], fenced: list[bool]) -> list[_Marker | None]:
    """The marker of each line, if it has one that belongs to the response's own format.

    If the first `Example` has a number, or anything before it, one without a number is a word of the text,
    unless a field follows it directly.
    """
    markers: list[_Marker | None] = []
    bare_examples: bool | None = None
    started = False
    for place, (line, inside) in enumerate(zip(lines, fenced, strict=True)):
        marker = None if inside else _marker(line)
        if marker and marker.kind is Kind.EXAMPLE:
            if bare_examples is None:
                bare_examples = not marker.numbered and not started
            heads_a_field = not marker.rest and _FIELD.match("".join(lines[place + 1 : place + 2])) is not None
            if not marker.numbered and not bare_examples and not heads_a_field:
                marker = None
        started = started or bool(line.strip())
        markers.append(marker)
    return markers


def _with_inline_markers_on_lines(lines: list[str], fenced: list[bool]) -> tuple[list[str], list[bool]]:
    """Give fields inside a line a line of their own where the text they stand in has no output otherwise."""
    markers = [None if inside else _marker(line) for line, inside in zip(lines, fenced, strict=True)]
    following: list[Kind | None] = []
    ahead: Kind | None = None
    for marker in reversed(markers):
        following.append(ahead)
        ahead = marker.kind if marker else ahead
    following.reverse()

    new_lines: list[str] = []
    new_fenced: list[bool] = []
    current: Kind | None = None
    for line, inside, marker, ahead in zip(lines, fenced, markers, following, strict=True):
        current = marker.kind if marker else current
        split = not inside and current not in _OUTPUTS and ahead not in _OUTPUTS and _INLINE_OUTPUT.search(line)
        pieces = [piece.rstrip(" \t,;|") for piece in _INLINE.split(line)] if split else [line]
        if split:
            current = Kind.OUTPUT
        new_lines += pieces
        new_fenced += [inside] * len(pieces)
    return new_lines, new_fenced
