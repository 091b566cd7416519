"""Rows of dicts as Arrow tables: no column is dropped and no value raises.

`pa.Table.from_pylist`, which the host uses, takes the column names from the first row only, and raises when a
column mixes types that Arrow cannot hold together. Here such a column becomes text: strings as they are, the
rest as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

# What `pa.array` raises, on values or types that it cannot hold. Its own errors derive from different built-
# in ones.
_CANNOT_HOLD = (pa.ArrowException, TypeError, ValueError, OverflowError)


def columns_of(rows: Sequence[dict[Any, Any]]) -> dict[str, list[Any]]:
    """The values of every column that any row has, in order of appearance; None where a row lacks it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {str(name): [row.get(name) for row in rows] for name in names}


def array_of(values: list[Any]) -> pa.Array | None:
    """The values as an Arrow array that parquet can store, or None if there is no such array."""
    try:
        array = pa.array(values)
    except UnicodeEncodeError:
        return array_of([_encodable(value) for value in values])
    except _CANNOT_HOLD:
        return None
    return None if _has_empty_struct(array.type) else array


def text_of(value: Any) -> str | None:
    """A value as text: strings and None as they are, anything else as JSON."""
    if value is None:
        return None
    if not isinstance(value, str):
        value = json_of(value)
    return str(_encodable(value))


def json_of(value: Any) -> str:
    """A value as JSON. What JSON does not know is written as a list if it can be one, else as its `str`."""
    try:
        return json.dumps(value, ensure_ascii=False, default=_known_to_json)
    except (TypeError, ValueError):  # odd keys, or a structure that contains itself
        return repr(value)


def table_of(rows: Sequence[dict[Any, Any]]) -> pa.Table:
    """All rows and columns as a table; columns that Arrow cannot hold as text."""
    arrays = {}
    for name, values in columns_of(rows).items():
        array = array_of(values)
        arrays[name] = pa.array([text_of(value) for value in values], pa.string()) if array is None else array
    return pa.table(arrays)


def _known_to_json(value: Any) -> Any:
    if hasattr(value, "tolist"):  # numpy
        return value.tolist()
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else str(value)


def _encodable(value: Any) -> Any:
    """The value with lone surrogates, which models do produce and UTF-8 cannot hold, written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(item) for item in value]
    return value


def _has_empty_struct(kind: pa.DataType) -> bool:
    """Whether a struct without fields is part of the type; parquet cannot store one."""
    if pa.types.is_struct(kind):
        return kind.num_fields == 0 or any(_has_empty_struct(kind.field(i).type) for i in range(kind.num_fields))
    if pa.types.is_list(kind):
        return _has_empty_struct(kind.value_type)
    return False
