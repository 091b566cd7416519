"""Rows in CSV and TSV, with the delimiter given or found."""

import csv
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.reading.decoding import open_text, undecodable
from distilabel_selfinstruct.reading.raw_rows import RawRow, RawRows

_SAMPLE_LINES = 400
_SAMPLE_ROWS = 100

_LEAST_SHARE = 0.5
"""If fewer records agree with the header, a delimiter is none."""

_NOTHING = frozenset({"NaN", "nan", "<NA>"})
"""What programs write into a cell that has no value."""

_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_DECLARED = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
"""Spreadsheets write so in the first line which delimiter they use."""


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a file separates fields. Without `quoted`, quotation marks are letters as any other."""

    delimiter: str
    quoted: bool = True

    def reader(self, lines: Iterable[str]) -> "Iterator[list[str]]":
        """The records in the lines.

        Raises:
            csv.Error: while iterating, at a record that is malformed.
        """
        csv.field_size_limit(sys.maxsize)
        if not self.quoted:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    @property
    def name(self) -> str:
        """The format in words."""
        between = _NAMES.get(self.delimiter, repr(self.delimiter))
        return f"CSV with {between}" if self.quoted else f"CSV with {between} and without quotation"


def csv_rows(path: Path, encoding: str, delimiter: str | None) -> RawRows:
    """The rows of a CSV file. The first record has the names of the columns."""
    with open_text(path, encoding) as stream:
        sample = list(islice(stream, _SAMPLE_LINES))
    declared = _DECLARED.fullmatch(sample[0]) if sample else None
    if declared:
        sample, delimiter = sample[1:], delimiter or declared.group(1)
    dialect = _dialect(sample, delimiter, whole=len(sample) < _SAMPLE_LINES)
    return RawRows(_rows(path, encoding, dialect, skipped_lines=1 if declared else 0), dialect.name)


def _dialect(sample: list[str], delimiter: str | None, *, whole: bool) -> CsvForm:
    """The dialect in which most records have as many fields as the header; of several, the one with most fields."""
    delimiters = (delimiter,) if delimiter else tuple(_NAMES)
    candidates = [CsvForm(each) for each in delimiters]
    if "\t" in delimiters:
        candidates.append(CsvForm("\t", quoted=False))
    return max(candidates, key=lambda dialect: _fit(dialect, sample, whole=whole))


def _fit(dialect: CsvForm, sample: list[str], *, whole: bool) -> tuple[bool, float, int]:
    """How well a dialect fits: whether it has several columns at all, the share of records that agree, the columns."""
    records = list(islice(_records(iter(sample), dialect), _SAMPLE_ROWS))
    if not whole and len(records) < _SAMPLE_ROWS and records and records[-1].fault:
        records.pop()  # the sample ends within it
    if not records or records[0].fault:
        return False, 0.0, 0
    num_columns = len(records[0].fields)
    share = sum(len(record.fields) == num_columns and not record.fault for record in records) / len(records)
    return num_columns > 1 and share >= _LEAST_SHARE, share, num_columns


def _rows(path: Path, encoding: str, dialect: CsvForm, *, skipped_lines: int) -> Iterator[RawRow]:
    with open_text(path, encoding) as stream:
        records = _records(islice(stream, skipped_lines, None), dialect)
        header = next(records, None)
        if header is None:
            return
        if header.fault:
            raise InputFileError(f"{path}: the line with the names of the columns {header.fault}.", path)
        names = column_names(header.fields)
        for number, record in enumerate(records, 1):
            yield _row(number, record, names)


def _row(number: int, record: "_Record", names: list[str]) -> RawRow:
    if record.fault:
        return RawRow(number, record.text, record.fault)
    fields = record.fields
    while len(fields) > len(names) and not fields[-1].strip():
        fields = fields[:-1]
    if len(fields) > len(names):
        return RawRow(number, fields, f"has {len(fields)} fields and the header has {len(names)}")
    if any(map(undecodable, fields)):
        return RawRow(number, fields, "is not UTF-8")
    told = [None if field in _NOTHING else field for field in fields]
    padded = [*told, *[None] * (len(names) - len(fields))]
    return RawRow(number, dict(zip(names, padded, strict=True)))


def column_names(fields: list[str]) -> list[str]:
    """The names in a header, each once: a column without a name, or with that of one before, gets a number."""
    names: list[str] = []
    for position, field in enumerate(fields, 1):
        name = field.removeprefix("\ufeff").strip() or f"column_{position}"
        number, numbered = 2, name
        while numbered in names:
            number, numbered = number + 1, f"{name}_{number}"
        names.append(numbered)
    return names


@dataclass(frozen=True, slots=True)
class _Record:
    fields: list[str]
    fault: str = ""
    text: str = ""


def _records(lines: Iterator[str], dialect: CsvForm) -> Iterator[_Record]:
    """The records that are not blank. After a malformed one, reading resumes at the line after its first line."""
    source = _Replayed(lines)
    reader = dialect.reader(source)
    while True:
        source.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first = source.rewind()
            yield _Record([], f"is not CSV ({error})", first.rstrip("\r\n"))
            reader = dialect.reader(source)
        else:
            if any(field.strip() for field in fields):
                yield _Record(fields)


class _Replayed:
    """Lines of which those of the present record can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._present: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._present.append(line)
        return line

    def begin(self) -> None:
        """A record begins."""
        self._present = []

    def rewind(self) -> str:
        """All lines of the record but the first will be read again. Returns the first."""
        self._again.extendleft(reversed(self._present[1:]))
        return self._present[0]
