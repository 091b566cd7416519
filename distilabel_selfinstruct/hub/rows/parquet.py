"""Rows to Parquet shards whose bytes depend on nothing but the rows and the version of pyarrow."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.hub.rows.configs import Kind, TableConfig

SHARD_BYTES = 256 * 1024 * 1024
"""A shard is closed once its rows hold this much text, before compression."""

_GROUP_ROWS = 2_000
"""Rows per row group: what a reader, the Hub's viewer among them, must fetch to show a page."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written for a table: its rows, the size of its files and the bytes its text takes when read."""

    num_rows: int
    num_bytes: int
    download_size: int
    paths: tuple[str, ...]


def write_table(
    folder: Path, config: TableConfig, rows: Iterable[dict[str, Any]], *, shard_bytes: int = SHARD_BYTES
) -> Written:
    """Write a table to `folder/NAME/train-00000-of-0000N.parquet`. A table without rows is one file without rows.

    Args:
        folder: the repository's folder.
        config: the table.
        rows: its rows; other keys than its columns are left out. They are consumed as they are written.
        shard_bytes: how much text a shard may hold before the next begins.
    """
    import pyarrow as pa
    from pyarrow import parquet

    # Without the types that `datasets` adds for itself: versions before 4 cannot read those of later ones.
    schema = pa.schema([(name, _arrow_type(kind)) for name, (kind, _) in config.columns.items()])
    target = folder / config.name
    target.mkdir(parents=True)
    shards: list[Path] = []
    num_rows = num_bytes = in_shard = 0
    writer: Any = None

    def write(group: list[dict[str, Any]]) -> None:
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
        group: list[dict[str, Any]] = []
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
    return Written(num_rows, num_bytes, download_size, tuple(paths))


def _arrow_type(kind: Kind) -> Any:
    import pyarrow as pa

    if kind == "messages":
        return pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    return {"string": pa.string(), "bool": pa.bool_(), "int64": pa.int64(), "float64": pa.float64()}[kind]
