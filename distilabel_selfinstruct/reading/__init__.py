"""The one reader of a user's rows: every format, every shape that people have, and what is wrong with a row."""

from distilabel_selfinstruct.reading.options import (
    NO_OPTIONS,
    OptionNames,
    ReadingArguments,
    ReadOptions,
    parse_columns,
)
from distilabel_selfinstruct.reading.row_source import ReadRow, RowSource, Source, open_rows
from distilabel_selfinstruct.reading.shapes import Shape
from distilabel_selfinstruct.reading.skipped import SkippedRow, summary, write_skipped
from distilabel_selfinstruct.reading.sources import is_data, stem

__all__ = [
    "NO_OPTIONS",
    "OptionNames",
    "ReadOptions",
    "ReadRow",
    "ReadingArguments",
    "RowSource",
    "Shape",
    "SkippedRow",
    "Source",
    "is_data",
    "open_rows",
    "parse_columns",
    "stem",
    "summary",
    "write_skipped",
]
