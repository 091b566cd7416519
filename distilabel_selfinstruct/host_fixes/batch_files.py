"""Batches that the host passes to a global step as parquet files, and its cache of batches as JSON.

The host (`pipeline/batch.py:170`) drops columns that the first row lacks and raises on columns of mixed
types; the JSON cache (`utils/serialization.py:96`) raises on dates, sets, large integers and lone surrogates.
Both happen in the thread that moves the batches and end the run with the rows so far. Columns that Arrow
cannot hold travel as JSON.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from distilabel.pipeline.batch import _Batch
from distilabel.utils import serialization
from upath import UPath

from distilabel_selfinstruct.host_fixes.arrow_rows import array_of, columns_of, json_of, text_of
from distilabel_selfinstruct.host_fixes.replacing import replace

_JSON_COLUMNS = b"distilabel_selfinstruct.json_columns"


def apply() -> None:
    """Replace the host's methods; called once."""
    replace(_Batch, "write_batch_data_to_fs", write_batch_data_to_fs)
    replace(_Batch, "read_batch_data_from_fs", read_batch_data_from_fs)
    replace(serialization, "write_json", write_json)


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


def write_json(filename: Path, data: Any) -> None:
    """Write a JSON file of the host's cache, less exactly where the data has values that JSON lacks."""
    try:
        content = orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        content = json.dumps(data, default=str, skipkeys=True).encode()
    filename.parent.mkdir(parents=True, exist_ok=True)
    filename.write_bytes(content)
