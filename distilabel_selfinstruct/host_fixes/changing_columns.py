"""The rows of the last steps on disk: columns that are null or empty first, that gain keys or change type.

The host (`pipeline/write_buffer.py:143`) writes a parquet file per 50 rows and casts each to the columns seen
so far: a column that was None or `[]` and is text later raises, a struct that gains keys loses them, a column
that the first row of a file lacks is dropped. Here each file is written as it comes; when the buffer is
closed, files that differ from what all of them have in common are replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from distilabel_selfinstruct.host_fixes.arrow_rows import table_of, text_of
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace

FIXES = (
    HostFix(
        "columns that change",
        "pipeline/write_buffer.py:143",
        "a column that is None or [] first, gains keys or changes type after 50 rows: raises or loses values",
        "tests/host_fixes/test_columns.py::test_column_may_change_after_the_first_file",
    ),
)


def apply() -> None:
    """Replace the host's methods; called once."""
    from distilabel.pipeline.write_buffer import _WriteBuffer

    replace(_WriteBuffer, "_write", write)
    replace(_WriteBuffer, "close", close)


def write(buffer: Any, step_name: str) -> None:
    """Write the step's buffered rows to its next parquet file and empty the buffer."""
    folder = Path(buffer._path, step_name)
    folder.mkdir(parents=True, exist_ok=True)
    rows = buffer._buffers[step_name]
    number = buffer._buffers_last_file[step_name]
    buffer._buffers_last_file[step_name] = number + 1
    file = folder / f"{number:05d}.parquet"
    if file.exists() and False not in buffer._steps_cached.values():
        # A resumed run starts to count from 0 again; as in the host, rows of the same columns are appended to
        # the earlier ones.
        earlier, table = pq.read_table(file), table_of(rows)
        if earlier.column_names == table.column_names:
            rows = earlier.to_pylist() + rows
    pq.write_table(table_of(rows), file)
    buffer._clean_buffer(step_name)


def close(buffer: Any) -> None:
    """Write what is left, then give all files of a step the same columns."""
    from distilabel.utils.files import list_files_in_dir

    for step_name, rows in buffer._buffers.items():
        if rows:
            buffer._write(step_name)
        folder = Path(buffer._path, step_name)
        if folder.is_dir():
            give_same_schema(list_files_in_dir(folder))


def give_same_schema(files: Sequence[Path]) -> None:
    """Replace those parquet files that differ from the common schema of all."""
    schemas = [pq.read_schema(file) for file in files]
    common = common_schema(schemas)
    for file, schema in zip(files, schemas, strict=True):
        if not schema.equals(common):
            pq.write_table(convert(pq.read_table(file), common), file)


def common_schema(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Every column of any schema, of a type that holds all of its types: text if Arrow has no other."""
    names = dict.fromkeys(name for schema in schemas for name in schema.names)
    return pa.schema([(name, _common_type(name, schemas)) for name in names])


def _common_type(name: str, schemas: Sequence[pa.Schema]) -> pa.DataType:
    of_column = [pa.schema([(name, schema.field(name).type)]) for schema in schemas if name in schema.names]
    try:
        return pa.unify_schemas(of_column, promote_options="permissive").field(name).type
    except pa.ArrowException:
        return pa.string()


def convert(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table's rows with the columns of the schema; columns that the table lacks are null."""
    columns = [
        _convert_column(table[field.name], field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _convert_column(column: pa.ChunkedArray, kind: pa.DataType) -> Any:
    if column.type.equals(kind):
        return column
    if pa.types.is_string(kind):
        return pa.array([text_of(value) for value in column.to_pylist()], kind)
    try:
        return column.cast(kind, safe=False)  # not safe: an integer beyond 2**53 among floats must not raise
    except pa.ArrowException:  # older releases of Arrow cannot add fields to a struct in a list
        return pa.array(column.to_pylist(), kind)
