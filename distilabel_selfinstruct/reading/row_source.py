"""The one reader of a user's rows: whatever the format and the shape, rows of this package come out."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from typing_extensions import Self

from distilabel_selfinstruct.errors import InputFileError, MissingColumnError
from distilabel_selfinstruct.reading.columns import find
from distilabel_selfinstruct.reading.options import NO_OPTIONS, ReadOptions
from distilabel_selfinstruct.reading.raw_rows import RawRow, RawRows
from distilabel_selfinstruct.reading.shapes import Recognized, Shape, missing_columns, recognize
from distilabel_selfinstruct.reading.skipped import SkippedRow
from distilabel_selfinstruct.reading.sources import open_source
from distilabel_selfinstruct.reading.values import encodable_value
from distilabel_selfinstruct.records import Row

Source = str | os.PathLike[str] | Iterable[Mapping[str, Any]]
"""A file, a folder, the name of a dataset on the Hub, or rows in memory."""

_PEEKED = 200
"""So many rows decide the shape of all."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it stands in the source, and the rows of this package that it becomes.

    `rows` is empty where only the original was asked for. A task with several instances becomes several rows. `number`
    counts from 1.
    """

    location: str
    original: Any
    rows: tuple[Row, ...] = ()
    number: int = 0


@dataclass
class RowSource:
    """The rows of a source. Iterate once: the rows are read as they are consumed.

    Attributes:
        name: what messages call the source.
        path: the file or folder, for errors; empty for rows in memory.
        format: what the source is, in words.
        recognized: the shape of its rows, and which columns hold what.
        unit: what the number of a row counts, "line" or "row".
        skipped: the rows that were left out so far.
    """

    name: str
    path: str
    format: str
    recognized: Recognized
    unit: str = "row"
    skipped: list[SkippedRow] = field(default_factory=list)
    num_read: int = 0
    num_more_turns: int = 0
    _rows: Iterator[RawRow] = field(default_factory=lambda: iter(()))
    _options: ReadOptions = field(default_factory=ReadOptions)
    _peeked: tuple[Any, ...] = ()

    def __iter__(self) -> Iterator[Row]:
        """The rows, with the columns of this package and those that are not ours. Bad ones are left out."""
        for row in self.read():
            yield from row.rows

    def read(self, *, several: bool = False) -> Iterator[ReadRow]:
        """The rows that can be read, each with its original.

        Args:
            several: whether an output may be a list of texts, as references are.

        Raises:
            InputFileError: the source ends in the middle, or `strict_rows` is set and a row cannot be read.
        """
        for row in self.originals():
            try:
                mapped = self.recognized.map(row.original, several=several)
            except ValueError as error:
                self.skip(row, str(error))
                continue
            self.num_more_turns += mapped.more_turns
            yield ReadRow(row.location, row.original, mapped.rows, row.number)
        if self.num_more_turns:
            self._options.on_note(
                f"{self.name}: of {self.num_more_turns:,} conversations with further turns, the first question and its "
                "answer are read."
            )

    def raw(self) -> Iterator[RawRow]:
        """The rows with the faults that they have, for those who list all faults."""
        for row in self._rows:
            self.num_read += 1
            yield row

    def originals(self) -> Iterator[ReadRow]:
        """The rows as they stand in the source. What is not even a row is left out."""
        for raw in self.raw():
            row = ReadRow(f"{self.unit} {raw.number}", raw.value, number=raw.number)
            if raw.fault:
                self.skip(row, raw.fault)
            else:
                yield row

    def skip(self, row: ReadRow, reason: str) -> None:
        """Leave a row out.

        Args:
            row: the row.
            reason: why, as the end of a sentence about the row.

        Raises:
            InputFileError: `strict_rows` is set. The message names the row.
        """
        if self._options.strict_rows:
            raise InputFileError(
                f"{self.name}, {row.location}: the row {reason}. Repair it, or omit `strict_rows` to leave it out.",
                self.path,
            )
        self.skipped.append(SkippedRow(self.name, row.location, reason, row.original))

    def require(self, *columns: str) -> Self:
        """Check that the source has columns that can be read as these, if it has rows.

        Raises:
            InputFileError: it has not. The message names the columns that it has, and the option to name another.
        """
        if self.recognized.shape in {Shape.TEXTS, Shape.SHAREGPT, Shape.MESSAGES, Shape.PROMPT_MESSAGES}:
            return self
        for column in columns:
            if column not in self.recognized.columns and self._known:
                self._refuse(column, self._options.names.columns, f" ({column}=COLUMN)")
        return self

    def column(self, name: str) -> str:
        """A column of the source by its name, whose case, spaces and signs do not count.

        Raises:
            InputFileError: no row has it.
        """
        found = find(name, self._known) or name
        if self._known and found not in self._known and found.partition(".")[0] not in self._known:
            self._refuse(name, self._options.names.column)
        return found

    def has(self, name: str) -> bool:
        """Whether one of the rows has the column."""
        return find(name, self._known) is not None or name.partition(".")[0] in self._known

    def require_usable(self, num_used: int) -> None:
        """Check that not all rows were left out.

        Raises:
            InputFileError: they were. The message has the first reason.
        """
        if self.skipped and not num_used:
            first = self.skipped[0]
            raise InputFileError(
                f"None of the {self.num_read:,} rows of {self.name} can be used: {first.location} {first.reason}.",
                self.path,
            )

    @property
    def note(self) -> str:
        """What the source is read as, in a sentence."""
        how = "with" if self.recognized.shape is Shape.COLUMNS and self.recognized.columns else "as"
        return f"{self.name}: {self.format}, read {how} {self.recognized.description}."

    @property
    def _known(self) -> list[str]:
        return list(dict.fromkeys(str(name) for row in self._peeked if isinstance(row, dict) for name in row))

    def _refuse(self, column: str, option: str | None, example: str = "") -> None:
        known = ", ".join(self._known)
        remedy = f"name the one that holds it with `{option}`{example}" if option else "rename the one that holds it"
        raise MissingColumnError(f"{self.name} has no column {column!r} (there is {known})", remedy, self.path)


def open_rows(source: Source, options: ReadOptions | None = None, *, quiet: bool = False) -> RowSource:
    """The rows of a file, a folder, a dataset on the Hub, or rows in memory.

    Args:
        source: where the rows are.
        options: how they are read. Without them, messages name none either.
        quiet: do not tell `on_note` as what they are read.

    Raises:
        InputFileError: there is no such source, its format is not known, or it lacks a column that `columns` names.
    """
    options = options or ReadOptions(names=NO_OPTIONS)
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else ""
    if isinstance(source, str | os.PathLike):
        raw = open_source(source, options)
    else:
        raw = RawRows((RawRow(number, encodable_value(row)) for number, row in enumerate(source, 1)), "rows")
    rows = iter(raw.rows)
    peeked = list(islice(rows, _PEEKED))
    values = tuple(row.value for row in peeked if not row.fault)
    recognized = recognize(values, options.columns or {})
    found = RowSource(
        name=path or "The rows",
        path=path,
        format=raw.format,
        recognized=recognized,
        _rows=chain(peeked, rows),
        unit=raw.unit,
        _options=options,
        _peeked=values,
    )
    given = set((options.columns or {}).keys())
    missing = missing_columns(values, recognized)
    for ours, column in recognized.columns.items():
        if ours in given and column in missing:
            named_by = (ours == "output" and options.names.output) or options.names.columns
            found._refuse(column, named_by)  # noqa: SLF001 - it is this module's own
    if values and not quiet and not _is_ours(path):
        options.on_note(found.note)
    return found


def _is_ours(path: str) -> bool:
    """Whether the source is the folder of a run, which needs no word about its columns."""
    return bool(path) and (Path(path) / "run.json").is_file()
