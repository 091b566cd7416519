"""Rows as Parquet shards. Their bytes depend only on the rows and on the version of pyarrow."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.hub.rows.configs import Kind, TableConfig
from distilabel_selfinstruct.records import Row

SHARD_BYTES = 256 * 1024 * 1024
"""A shard is closed when its rows hold this much text, before compression."""

_GROUP_ROWS = 2_000
"""Rows per row group. Readers such as the viewer of the Hub fetch a whole group to show a page."""


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table as files: `num_bytes` is the size of its rows in memory, `download_size` that of its files."""

    config: TableConfig
    num_rows: int
    num_bytes: int
    download_size: int
    paths: tuple[str, ...]


def write_table(
    folder: Path, config: TableConfig, rows: Iterable[Row], *, shard_bytes: int = SHARD_BYTES
) -> WrittenTable:
    """Write a table to `folder/NAME/train-00000-of-0000N.parquet`. A table without rows is a file without rows.

    Args:
        folder: the folder of the repository.
        config: the table.
        rows: the rows, which are consumed as they are written. Keys that are no columns are omitted.
        shard_bytes: how much text a shard may hold before the next one begins.
    """
    import pyarrow as pa
    from pyarrow import parquet

    # The types that `datasets` adds are omitted: its versions before 4 cannot read those of later versions.
    schema = pa.schema([(name, _arrow_type(column.kind)) for name, column in config.columns.items()])
    target = folder / config.name
    target.mkdir(parents=True)
    shards: list[Path] = []
    num_rows = num_bytes = in_shard = 0
    writer: Any = None

    def write(group: list[Row]) -> None:
        nonlocal writer, in_shard, num_rows, num_bytes
        if writer is None:
            shards.append(target / f"{len(shards)}.partial")
            writer = parquet.ParquetWriter(shards[-1], schema, compression="zstd", write_page_index=True)
        table = pa.Table.from_pylist(group, schema=schema)
        writer.write_table(table, row_group_size=_GROUP_ROWS)
        in_shard += table.nbytes
        num_rows += len(group)
        num_bytes += table.nbytes
        if in_shard >= shard_bytes:
            writer.close()
            writer, in_shard = None, 0

    try:
        group: list[Row] = []
        for values in rows:
            group.append(config.row(values))
            if len(group) == _GROUP_ROWS:
                write(group)
                group = []
        if group or not shards:
            write(group)
    finally:
        if writer is not None:
            writer.close()
    paths = []
    for number, shard in enumerate(shards):
        final = target / f"train-{number:05d}-of-{len(shards):05d}.parquet"
        paths.append(final.relative_to(folder).as_posix())
        shard.rename(final)
    download_size = sum((folder / path).stat().st_size for path in paths)
    return WrittenTable(config, num_rows, num_bytes, download_size, tuple(paths))


def _arrow_type(kind: Kind) -> Any:
    import pyarrow as pa

    if kind == "messages":
        return pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    return {"string": pa.string(), "bool": pa.bool_(), "int64": pa.int64(), "float64": pa.float64()}[kind]
