"""Rows in JSON: lines, arrays, and the objects that people and programs put around their rows."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.reading.decoding import open_text, undecodable
from distilabel_selfinstruct.reading.json_objects import ONE_OBJECT, rows_in
from distilabel_selfinstruct.reading.options import ReadOptions
from distilabel_selfinstruct.reading.raw_rows import RawRow, RawRows
from distilabel_selfinstruct.reading.values import encodable_value

_TRIED_LINES = 20
"""If none of so many lines is JSON, the file is not made of lines."""

# What begins to match is taken whole, also where it does not end: else it would be tried again from each quotation mark
# in it, and a damaged file of some megabytes would take hours.
_TRAILING_COMMA = re.compile(r'("(?:\\.|[^"\\])*"?)|,(?=\s*[}\]])')
_NEXT_OBJECT = re.compile(r"\}[\s,]*(?=\{)")
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape that may be a half of a character, without its other half."""

_BETWEEN = " \t\r\n,"

_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""NaN and Infinity, which JSON has no form for, are read as null."""


def json_rows(path: Path, encoding: str, options: ReadOptions) -> RawRows:
    """The rows of a JSON or JSON Lines file. What it is, its content decides and not its name."""
    with open_text(path, encoding) as stream:
        first = next((line for line in stream if line.strip()), "")
        more = [line for line in islice(stream, _TRIED_LINES) if line.strip()]
    if first.lstrip().startswith("["):
        return _whole(path, encoding, options)
    lines = RawRows(_lines(path, encoding), "JSON Lines", "line")
    if first.lstrip().startswith("{") and not (more and any(map(_is_object, [first, *more]))):
        whole = _whole(path, encoding, options)
        return lines if whole.format == ONE_OBJECT and not more else whole
    return lines


def parse_json(text: str) -> Any:
    """A JSON value. A comma after the last element is forgiven.

    Raises:
        ValueError: the text is not JSON, or nested too deeply.
    """
    try:
        return _decoded(text)
    except ValueError:
        return _decoded(_TRAILING_COMMA.sub(lambda found: found.group(1) or "", text))


def _decoded(text: str) -> Any:
    try:
        return _whole_characters(_DECODER.decode(text.strip()), text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _whole_characters(value: Any, text: str) -> Any:
    return encodable_value(value) if _HALF_CHARACTER.search(text) else value


def _is_object(line: str) -> bool:
    try:
        return isinstance(parse_json(line.strip().rstrip(",")), dict)
    except ValueError:
        return False


def _lines(path: Path, encoding: str) -> Iterator[RawRow]:
    with open_text(path, encoding) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip("\ufeff \t\r\n"):
                yield _line(number, line)


def _line(number: int, line: str) -> RawRow:
    text = line.strip().rstrip(",")
    if undecodable(text):
        return RawRow(number, text, "is not UTF-8")
    try:
        return RawRow(number, parse_json(text))
    except ValueError as error:
        return RawRow(number, text, f"is not JSON ({error})")


def _whole(path: Path, encoding: str, options: ReadOptions) -> RawRows:
    with open_text(path, encoding) as stream:
        text = stream.read()
    try:
        values, kind = rows_in(parse_json(text), options, path)
    except ValueError as error:
        elements = list(_elements(text))
        if not any(not element.fault for element in elements):
            raise InputFileError(f"{path} is not JSON ({error}): repair it.", path) from error
        damaged = any(element.fault for element in elements) or text.lstrip().startswith("[")
        return RawRows(iter(elements), "a damaged JSON array" if damaged else "JSON objects one after the other")
    rows = (RawRow(number, value) for number, value in enumerate(values, 1))
    return RawRows(rows, kind)


def _elements(text: str) -> Iterator[RawRow]:
    """The elements of an array that is not JSON as a whole, or objects one after the other."""
    position, number = len(text) - len(text.lstrip(_BETWEEN + "[\ufeff")), 0
    while position < len(text):
        number += 1
        try:
            value, position = _DECODER.raw_decode(text, position)
            yield RawRow(number, _whole_characters(value, text))
        except (ValueError, RecursionError) as error:
            following = _NEXT_OBJECT.search(text, position)
            end = following.end() if following else len(text)
            damaged, position = text[position:end].rstrip(_BETWEEN), end
            if damaged.strip("[]} \t\r\n"):
                yield _repaired(number, damaged, error)
        while position < len(text) and text[position] in _BETWEEN + "[]":
            position += 1


def _repaired(number: int, damaged: str, error: Exception) -> RawRow:
    try:
        return RawRow(number, parse_json(damaged.rstrip("] \t\r\n")))
    except ValueError:
        return RawRow(number, damaged, f"is not JSON ({error})")
