"""What a line with a marker looks like: `Example 1`, `Input:`, `Output:`, `Class label:`, and stand-ins.

A marker begins its line, bare or in the markdown that chat models put around it, in any case. The reference looks
for markers anywhere in the text, so that "in Example 1" or a printed "Output:" splits a sentence. Whether such a
line is a marker of the response or a line of the answer, `markers` decides.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """What a section of a response holds."""

    LEAD = "lead"
    EXAMPLE = "example"
    INPUT = "input"
    OUTPUT = "output"
    ANSWER = "answer"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Style:
    """How a marker is written. In one response, the markers of one kind are written alike.

    `item` is the bullet before the marker, or "1." for any number. `prefix` is "sample" in "Sample Output:".
    """

    indented: bool
    quoted: bool
    item: str
    heading: bool
    bold: bool
    prefix: str
    case: str
    has_colon: bool

    @property
    def is_plain(self) -> bool:
        """True for the prompt's own writing: a capital and no decoration."""
        decorated = self.indented or self.quoted or self.item or self.heading or self.bold or self.prefix
        return not decorated and self.case == "title"


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker at the head of a line, and the rest of the line.

    `number` is its own ("Example 2"), `ordinal` that of the list item it stands in ("2. Input:"), `indent` the spaces
    before it.
    """

    kind: Kind
    name: str
    number: int | None
    ordinal: int | None
    indent: int
    style: Style
    rest: str


DECORATION = r"""
    (?P<space>[ \t]*)(?P<quote>(?:>[ \t]*)*)(?:(?P<bullet>[-*\u2022])[ \t]+)?(?P<heading>\#{LEVELS}[ \t]*)?
    (?:(?P<ordinal>\d{1,2})[.)][ \t]+)?(?P<bold>[*_\[]{0,3})
"""
"""What may stand before a marker on its line: a quotation mark, a bullet, a heading, a list number, bold stars.

A verbose pattern; LEVELS is to be replaced by the levels of headings, such as "1,6".
"""

# "Input:", "Output 2:", "**Output:**", "### Output", "Expected output:", "Class label: ". The colon may be
# missing only where the marker is alone on its line.
_FIELD = re.compile(
    DECORATION.replace("LEVELS", "2,6")
    + r"""
    (?:(?P<prefix>Example|Sample|Task|Expected|Correct)[ ]{1,3}(?=Input|Output))?
    (?P<name>Input|Output|Class[ _-]?label|Answer|Solution|Result)
    [ \t]*(?P<number>\d{0,3})[ \t]*[*_\]]{0,3}[ \t]*(?:(?P<colon>[:\uff1a])[*_]{0,3}|$)[ \t]*
    """,
    re.VERBOSE | re.IGNORECASE,
)

# "Example 1", "Example 2:", "Example:", "### Example 3 (negative)", "**Example 1.**". A number alone does not
# do: "Example 1 shows …" is a sentence.
_EXAMPLE = re.compile(
    DECORATION.replace("LEVELS", "1,6")
    + r"""
    (?P<name>Example)[ \t]?\#?(?P<number>\d{0,3})(?:[ \t]*\([^()\n]{0,60}\))?
    [*_\]]{0,3}(?:[ \t]*(?P<colon>[:.\uff1a)])|[ \t]+[-\u2013\u2014](?=[ \t])|[ \t]*$)[*_]{0,3}[ \t]*
    """,
    re.VERBOSE | re.IGNORECASE,
)

# A field inside a line begins after white space or a separator, and has its colon.
_COLON = r"\s{0,3}\d{0,3}\s{0,3}:"

INLINE_FIELD = re.compile(rf"(?<=[\s,;|.])(?=(?:Input|(?:Expected )?Output){_COLON})", re.IGNORECASE)
"""The place before a field inside a line: "Input: 2, 3 Output: 5"."""

INLINE_OUTPUT = re.compile(rf"(?:(?<=[\s,;|.])|^)(?:Expected )?Output{_COLON}", re.IGNORECASE)
"""An output inside a line."""

_STAND_INS = frozenset({"answer", "solution", "result"})


def marker_of(line: str) -> Marker | None:
    """The marker at the head of a line, if there is one."""
    return _marker_of_short(line) if len(line) <= _SHORT else _marker_at_head(line)


def _marker_at_head(line: str) -> Marker | None:
    found = _FIELD.match(line)
    if found:
        return _field(found, line)
    found = _EXAMPLE.match(line)
    return _marker(found, line, Kind.EXAMPLE) if found else None


# The lines of a response are looked at several times, and the same ones come again and again.
_SHORT = 200
_marker_of_short = lru_cache(maxsize=1024)(_marker_at_head)


def begins_with_field(text: str) -> bool:
    """True for a text whose first line is a field: "Input: x", and not an `Example`."""
    marker = marker_of(text.partition("\n")[0])
    return marker is not None and marker.kind is not Kind.EXAMPLE


def _field(found: re.Match[str], line: str) -> Marker | None:
    name = found["name"].lower()
    kind = Kind.INPUT if name == "input" else Kind.OUTPUT if name == "output" else Kind.LABEL
    if name in _STAND_INS:
        kind = Kind.ANSWER
    marker = _marker(found, line, kind)
    style = marker.style
    if not style.has_colon:
        # Then a stand-in is a heading of the text, a lower-case word is a word, and an item is an item.
        is_word = style.case == "lower" and not style.heading
        is_item = bool(style.item) and not style.bold
        if kind is Kind.ANSWER or is_word or is_item:
            return None
    return marker


def _marker(found: re.Match[str], line: str, kind: Kind) -> Marker:
    indent = len(found["space"].expandtabs(4))
    prefix = found.groupdict().get("prefix") or ""
    style = Style(
        indented=indent > 1,
        quoted=bool(found["quote"]),
        item="1." if found["ordinal"] else found["bullet"] or "",
        heading=bool(found["heading"]),
        bold=bool(found["bold"]),
        prefix=prefix.lower(),
        case=_case(prefix or found["name"]),
        has_colon=bool(found["colon"]),
    )
    return Marker(
        kind,
        found["name"],
        int(found["number"]) if found["number"] else None,
        int(found["ordinal"]) if found["ordinal"] else None,
        indent,
        style,
        line[found.end() :],
    )


def _case(name: str) -> str:
    if name.isupper():
        return "upper"
    return "title" if name[0].isupper() else "lower"
