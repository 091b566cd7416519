"""What a line with a marker looks like: `Example 1`, `Input:`, `Output:`, `Class label:`, and stand-ins.

The words come from the pack of the language, and those of English are always read too: models mix them.

A marker begins its line, bare or in the markdown that chat models put around it, in any case. The reference looks
for markers anywhere in the text, so that "in Example 1" or a printed "Output:" splits a sentence. Whether such a
line is a marker of the response or a line of the answer, `markers` decides.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from distilabel_selfinstruct.languages import MarkerWords


class Kind(Enum):
    """What a section of a response holds."""

    LEAD = "lead"
    EXAMPLE = "example"
    INPUT = "input"
    OUTPUT = "output"
    ANSWER = "answer"
    LABEL = "label"


_FIELDS = (Kind.INPUT, Kind.OUTPUT, Kind.LABEL, Kind.ANSWER)
"""The kinds that a field can have: `_FIELD` has a group for each, named by its value."""


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


BLANK = r"[\x20\t\u00a0\u2009\u202f\u3000\u200e\u200f]"
"""A pattern for white space beside a colon, and marks of direction.

French sets a no-break space there, Japanese and Chinese a full-width one, Arabic and Hebrew a mark of direction.
"""

BULLET = (
    r"(?P<bullet>[-*\u2022](?=[ \t])|[\u00b7\u30fb\u2192\u21d2\u203b\u25a0-\u27bf\U0001f300-\U0001faff]"
    r"|[\u2013\u2014](?=[ \t]))\ufe0f?[ \t\u3000]*"
)
"""A pattern for a bullet before a marker; only after a dash, a star or a dot must a blank follow."""

DECORATION = rf"""
    (?P<space>[ \t\u00a0\u3000]*)(?P<quote>(?:>[ \t]*)*)(?:{BULLET})?(?P<heading>\#{{LEVELS}}[ \t]*)?
    (?:(?P<ordinal>\d{{1,2}})[.)][ \t]+)?(?P<bold>[*_\[\u3010\u3014\u3008\uff3b]{{0,3}})
"""
"""What may stand before a marker on its line: a quotation mark, a bullet, a heading, a list number, stars, brackets.

A verbose pattern; LEVELS is to be replaced by the levels of headings, such as "1,6".
"""

_FIELD = r"""
    (?:(?P<prefix>PREFIXES)[ ]{1,3}(?=(?:INPUT|OUTPUT)))?
    (?P<name>(?P<input>INPUT)|(?P<output>OUTPUT)|(?P<label>LABEL)|(?P<answer>ANSWER))
    BLANK*(?:(?:\#|No\.BLANK?|[(\uff08])?(?P<number>\d{1,3}|[\u2460-\u2473])[)\uff09]?BLANK*)?
    (?:(?P<close>[*_\]\u3011\u3015\u3009\uff3d]{1,3})BLANK*)?
    (?:(?P<colon>[:\uff1a])[*_]{0,3}|$|(?(close)(?<![*_\s])(?!\()|(?!)))BLANK*
    """
"""A field: "Input:", "Output 2:", "**Output:**", "### Output", "Expected output:", "Class label: ".

The colon may be missing only where the marker is alone on its line, or in brackets: "[Output] x".
"""

_EXAMPLE = r"""
    (?:(?P<name>EXAMPLE)BLANK?SIGN?(?P<number>\d{0,3}|NUMERAL)(?:(?<=\d)[)\uff09])?
    |(?P<counted>COUNTED)BLANK?(?:SIGN|[(\uff08])?(?P<count>\d{1,3}|NUMERAL)[)\uff09]?)
    (?:BLANK*[(\uff08][^()\uff08\uff09\n]{0,60}[)\uff09])?
    [*_\]\u3011\u3015\u3009\uff3d]{0,3}(?:BLANK*(?P<colon>[:.\uff1a])|BLANK+[-\u2013\u2014](?=BLANK)|BLANK*$)[*_]{0,3}BLANK*
    """
"""An example: "Example 1", "Example 2:", "Example:", "### Example 3 (negative)", "**Example 1.**".

A number alone does not do: "Example 1 shows …" is a sentence.
"""

_WRAPPED = r"""
    (?:[(<\uff08\u300c\u300e\u300a]|[=~\u2500\u2501-]{2,5}BLANK*)
    (?P<name>EXAMPLE|COUNTED)BLANK?\#?(?P<number>\d{1,3}|NUMERAL)
    (?:[)>\uff09\u300d\u300f\u300b]|BLANK*[=~\u2500\u2501-]{2,5})BLANK*(?:(?P<colon>[:\uff1a])BLANK*)?$
    """
"""An example between signs, alone on its line and with its number: "<Example 1>", "=== Example 1 ==="."""

# A circled number, or one of a single Chinese character.
_NUMERAL = "[\u2460-\u2473\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]"

# What stands between a word and its number.
_SIGN = r"(?:\#|N[\u00ba\u00b0or]\.?BLANK?(?=\d)|-(?=\d))".replace("BLANK", BLANK)

_OPENING = frozenset("[\u3010\u3014\u3008\uff3b")

# A field inside a line begins after white space or a separator, and has its colon.
_COLON = r"\s{0,3}\d{0,3}\s{0,3}[:\uff1a]"
_SEPARATORS = r"[\s,;|.\u060c\u061b\u3001\u3002\uff0c\uff1b]"

_BETWEEN_PARTS = re.compile(r"[\s_-]+")

# The lines of a response are looked at several times, and the same ones come again and again.
_SHORT = 200


class MarkerReader:
    """Finds the markers of a language, and those of English, at the heads of lines.

    Args:
        words: the markers.

    Attributes:
        inline_field: the place before a field inside a line: "Input: 2, 3 Output: 5".
        inline_output: an output inside a line.
        inline_input: an input on the line of a class label: "Class label: spam, Input: You have won!"
    """

    def __init__(self, words: MarkerWords) -> None:
        self.words = words
        uncounted = tuple(word for word in words.example if word not in words.needs_number)
        counted = tuple(word for word in words.example if word in words.needs_number)
        names = {
            "BLANK": BLANK,
            "NUMERAL": _NUMERAL,
            "SIGN": _SIGN,
            "PREFIXES": _either(words.prefixes),
            "INPUT": _either(words.input),
            "OUTPUT": _either(words.output),
            "LABEL": _either(words.class_label),
            "ANSWER": _either(words.answer),
            "EXAMPLE": _either(uncounted),
            "COUNTED": _either(counted),
        }
        self._field = re.compile(
            DECORATION.replace("LEVELS", "2,6") + _filled(_FIELD, names), re.VERBOSE | re.IGNORECASE
        )
        self._example = re.compile(
            DECORATION.replace("LEVELS", "1,6") + _filled(_EXAMPLE, names), re.VERBOSE | re.IGNORECASE
        )
        self._wrapped = re.compile(
            DECORATION.replace("LEVELS", "1,6") + _filled(_WRAPPED, names), re.VERBOSE | re.IGNORECASE
        )
        expected = "(?:Expected )?"
        fields = f"(?:{names['INPUT']}|{expected}(?:{names['OUTPUT']})){_COLON}"
        self.inline_field = re.compile(rf"(?<={_SEPARATORS})(?={fields})", re.IGNORECASE)
        self.inline_output = re.compile(
            rf"(?:(?<={_SEPARATORS})|^){expected}(?:{names['OUTPUT']}){_COLON}", re.IGNORECASE
        )
        self.inline_input = re.compile(
            rf"[ \t,;|\u060c\u061b\u3001\uff0c\uff1b]+(?:{names['INPUT']}){BLANK}?[:\uff1a][ \t]*"
        )
        self._marker_of_short = lru_cache(maxsize=1024)(self._marker_at_head)

    def marker_of(self, line: str) -> Marker | None:
        """The marker at the head of a line, if there is one."""
        return self._marker_of_short(line) if len(line) <= _SHORT else self._marker_at_head(line)

    def begins_with_field(self, text: str) -> bool:
        """True for a text whose first line is a field: "Input: x", and not an `Example`."""
        marker = self.marker_of(text.partition("\n")[0])
        return marker is not None and marker.kind is not Kind.EXAMPLE

    def _marker_at_head(self, line: str) -> Marker | None:
        found = self._field.match(line)
        if found:
            return _field(found, line, next(kind for kind in _FIELDS if found[kind.value] is not None))
        found = self._example.match(line) or self._wrapped.match(line)
        return _marker(found, line, Kind.EXAMPLE) if found else None


def _either(words: Sequence[str]) -> str:
    """A pattern for any of these words; one that matches nothing for none.

    Between the parts of a word there may be one blank, whatever stands there in the word: several optional ones in a
    row would be tried in all combinations.
    """
    patterns = ("[ _-]?".join(map(re.escape, filter(None, _BETWEEN_PARTS.split(word)))) for word in words)
    return "|".join(filter(None, patterns)) or r"(?!)"


def _filled(pattern: str, names: dict[str, str]) -> str:
    return re.sub("|".join(names), lambda found: names[found[0]], pattern)


def _field(found: re.Match[str], line: str, kind: Kind) -> Marker | None:
    marker = _marker(found, line, kind)
    style = marker.style
    if style.has_colon and not found["colon"] and (style.case == "lower" or _OPENING.isdisjoint(found["bold"])):
        return None
    if not style.has_colon:
        # Then a stand-in is a heading of the text, a lower-case word is a word, and an item is an item.
        is_word = style.case == "lower" and not style.heading
        is_item = bool(style.item) and not style.bold
        if kind is Kind.ANSWER or is_word or is_item:
            return None
    return marker


def _marker(found: re.Match[str], line: str, kind: Kind) -> Marker:
    indent = len(found["space"].expandtabs(4))
    groups = found.groupdict()
    prefix = groups.get("prefix") or ""
    name, number = found["name"] or groups["counted"], found["number"] or groups.get("count")
    style = Style(
        indented=indent > 1,
        quoted=bool(found["quote"]),
        item="1." if found["ordinal"] else found["bullet"] or "",
        heading=bool(found["heading"]),
        bold=bool(found["bold"]),
        prefix=prefix.lower(),
        case=_case(prefix or name),
        has_colon=bool(found["colon"]) or (bool(groups.get("close")) and found.end() < len(line)),
    )
    return Marker(
        kind,
        name,
        _number(number) if number else None,
        int(found["ordinal"]) if found["ordinal"] else None,
        indent,
        style,
        line[found.end() :],
    )


def _number(digits: str) -> int:
    return int(digits) if digits.isdecimal() else int(unicodedata.numeric(digits))


def _case(name: str) -> str:
    """How a marker is written; most scripts have no cases, and count as the prompt's own writing."""
    if name.isupper():
        return "upper"
    return "lower" if name[0].islower() else "title"
