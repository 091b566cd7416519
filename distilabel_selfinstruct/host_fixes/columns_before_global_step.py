"""Batches that the host passes to a global step as parquet files: no column is dropped, none raises.

The host (`pipeline/batch.py:170`) drops columns that the first row lacks and raises on columns of mixed
types, in the thread that moves the batches. Columns that Arrow cannot hold travel as JSON.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from distilabel_selfinstruct.host_fixes.arrow_rows import array_of, columns_of, json_of, text_of
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace

FIXES = (
    HostFix(
        "columns before a global step",
        "pipeline/batch.py:205",
        "a column that the first row lacks is dropped; one of mixed types ends the run with no rows",
        "tests/host_fixes/test_columns.py::test_global_step_passes_on_columns_that_arrow_cannot_hold",
    ),
)

_JSON_COLUMNS = b"distilabel_selfinstruct.json_columns"


def apply() -> None:
    """Replace the host's methods; called once."""
    from distilabel.pipeline.batch import _Batch

    replace(_Batch, "write_batch_data_to_fs", write_batch_data_to_fs)
    replace(_Batch, "read_batch_data_from_fs", read_batch_data_from_fs)


def encode(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table from which `decode` makes them again (with None for columns that a row lacks)."""
    arrays, json_columns = {}, []
    for name, values in columns_of(rows).items():
        array = array_of(values)
        if array is None:
            json_columns.append(name)
            # A lone surrogate becomes an escape here, which is what it is in JSON too.
            array = pa.array([text_of(json_of(value)) for value in values], pa.string())
        arrays[name] = array
    return pa.table(arrays).replace_schema_metadata({_JSON_COLUMNS: json.dumps(json_columns)})


def decode(table: pa.Table) -> list[dict[str, Any]]:
    """The rows that were encoded."""
    rows: list[dict[str, Any]] = table.to_pylist()
    for name in json.loads((table.schema.metadata or {}).get(_JSON_COLUMNS, b"[]")):
        for row in rows:
            row[name] = _from_json(row[name])
    return rows


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # the `repr` of a value that JSON cannot hold
        return text


def write_batch_data_to_fs(batch: Any, fs: Any = None, base_path: Any = None) -> None:
    """Move the batch's rows to files below `base_path`, or to where they were read from."""
    from upath import UPath

    batch._fs = fs or batch._fs
    if not batch._fs or not (base_path or batch.data_path):
        raise ValueError("A file system and a path are needed to write the data of a batch.")
    folder = base_path / f"seq_no_{batch.seq_no}" if base_path else UPath(batch.data_path)
    folder._fs_cached = batch._fs
    folder.mkdir(parents=True, exist_ok=True)
    for index, rows in enumerate(batch.data):
        with batch._fs.open(folder / f"data_index_{index}.parquet", "wb") as file:
            pq.write_table(encode(rows), file)
    batch.data = []
    batch.data_path = str(folder)


def read_batch_data_from_fs(batch: Any) -> None:
    """Move the batch's rows back from the files, in the order of the predecessors that they come from."""
    if not batch.data_path or not batch._fs:
        raise ValueError("A file system and a path are needed to read the data of a batch.")
    files = batch._fs.ls(batch.data_path, detail=False)
    for path in sorted(files, key=lambda name: int(Path(name).stem.rpartition("_")[2])):
        with batch._fs.open(path, "rb") as file:
            batch.data.append(decode(pq.read_table(file)))
    batch._fs.rm(batch.data_path, recursive=True)
