"""One JSON value that holds rows: an array, columns, splits, or an object with the rows under some name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.reading.options import ReadOptions
from distilabel_selfinstruct.reading.splits import choose_split

ONE_OBJECT = "one JSON object"

_NAMES_OF_ROWS = ("data", "rows", "examples", "items", "records", "tasks", "questions", "samples", "annotations")
_SPLITS = frozenset({"train", "test", "validation", "valid", "dev", "eval", "val"})
_TURN = {"role", "from"}
_OWN_LISTS = frozenset({"instances", "conversations", "messages", "conversation", "turns"})
"""Lists of objects that belong to one row."""


def rows_in(value: Any, options: ReadOptions, path: Path) -> tuple[Sequence[Any], str]:
    """The rows in a JSON value, and in words what it is.

    Raises:
        InputFileError: the value has splits, and none is chosen.
    """
    if isinstance(value, list):
        return value, "a JSON array"
    if not isinstance(value, dict) or not value:
        return [value], ONE_OBJECT
    (single,) = value.values() if len(value) == 1 else (None,)
    if isinstance(single, dict) and any(map(_are_rows, single.values())):
        return rows_in(single, options, path)
    names = [name for name, part in value.items() if _are_rows(part)]
    if len(names) == len(value) and {name.casefold() for name in names} <= _SPLITS:
        name = choose_split(list(value), options, path)
        return value[name], f"the split {name} of a JSON object"
    told = [name for name in names if name.casefold() in _NAMES_OF_ROWS]
    others = [] if isinstance(value.get("instruction"), str) else names  # a row may have lists of objects of its own
    for name in (*told, *others):
        if name.casefold() not in _OWN_LISTS:
            return [_unwrapped(row) for row in value[name]], f"{name!r} of a JSON object"
    return _columns(value, has_rows=bool(names)) or ([value], ONE_OBJECT)


def _columns(value: Mapping[str, Any], *, has_rows: bool) -> tuple[Sequence[Any], str] | None:
    """The rows of an object that has its columns or its rows under their names, as pandas writes them."""
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):  # orient="split"
        return [dict(zip(value["columns"], row, strict=False)) for row in value["data"]], "a JSON table"
    parts = list(value.values())
    lists = [part for part in parts if isinstance(part, list) and not any(isinstance(cell, dict) for cell in part)]
    if len(lists) == len(parts) and len(set(map(len, lists))) == 1 and not has_rows:
        return [dict(zip(value, row, strict=True)) for row in zip(*lists, strict=True)], "JSON columns"
    if all(isinstance(part, dict) and part for part in parts):
        if all(str(key).isdecimal() for part in parts for key in part):  # pandas' own order: column, then row
            return _rows_of_columns(value), "JSON columns"
        return parts, "a JSON object of rows"
    return None


def _are_rows(part: Any) -> bool:
    """Whether a value is a list of rows, and not of the turns of one conversation."""
    return (
        isinstance(part, list) and bool(part) and all(isinstance(row, dict) and not _TURN & row.keys() for row in part)
    )


def _unwrapped(row: Mapping[str, Any]) -> Any:
    """The row itself where a server of datasets has put it into an object of its own."""
    return row["row"] if isinstance(row.get("row"), dict) else row


def _rows_of_columns(columns: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    return [{name: column.get(key) for name, column in columns.items()} for key in keys]
