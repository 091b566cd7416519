"""Rows in Parquet and Arrow files, in folders that `datasets` saved, and in datasets on the Hub."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files.hub_names import require_hub_dataset
from distilabel_selfinstruct.reading.decoding import open_bytes
from distilabel_selfinstruct.reading.options import ReadOptions
from distilabel_selfinstruct.reading.raw_rows import RawRow, RawRows
from distilabel_selfinstruct.reading.splits import choose_split

_ROWS_AT_ONCE = 1_000


def parquet_rows(path: Path) -> RawRows:
    """The rows of a Parquet file, which may be packed."""
    return RawRows(_numbered(_parquet(path)), "Parquet")


def arrow_rows(path: Path) -> RawRows:
    """The rows of an Arrow file, such as `datasets` writes."""
    return RawRows(_numbered(_arrow(path)), "Arrow")


def dataset_rows(source: str, options: ReadOptions) -> RawRows:
    """The rows of a folder that `datasets` saved, or of a dataset on the Hub.

    Raises:
        InputFileError: there is none of this name, or a split must be chosen.
    """
    from datasets import DatasetDict, load_dataset, load_from_disk

    is_folder = Path(source).is_dir()
    kind = "a saved dataset" if is_folder else "a dataset on the Hub"
    folder, name = _split_folder(source, options)
    if not is_folder:
        require_hub_dataset(source)
    try:
        dataset: Any = load_from_disk(folder) if is_folder else load_dataset(source)
    except Exception as error:  # the Hub's clients raise errors of many kinds
        raise InputFileError(
            f"Cannot read {source!r}: it is not a file, not a folder that datasets saved, and not a dataset on the Hub "
            f"({type(error).__name__}: {error}).",
            source,
        ) from error
    if isinstance(dataset, DatasetDict):
        name = choose_split(list(dataset), options, source)
        dataset = dataset[name]
    kind = f"the split {name} of {kind}" if name else kind
    # Tables of Arrow, because rows of the library's own would decode images and sounds.
    tables = dataset.with_format("arrow").iter(batch_size=_ROWS_AT_ONCE)
    return RawRows(_numbered(row for table in tables for row in table.to_pylist()), kind)


def _split_folder(source: str, options: ReadOptions) -> tuple[str, str]:
    """The folder of the split in a saved dataset with splits, and its name. The library cannot load an empty split."""
    try:
        names = json.loads((Path(source) / "dataset_dict.json").read_text(encoding="utf-8"))["splits"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return source, ""
    name = choose_split(names, options, source)
    return os.fspath(Path(source) / name), name


def _numbered(rows: Iterator[Any]) -> Iterator[RawRow]:
    return (RawRow(number, row) for number, row in enumerate(rows, 1))


def _parquet(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with open_bytes(path) as stream:
            for batch in parquet.ParquetFile(stream).iter_batches(_ROWS_AT_ONCE):
                yield from batch.to_pylist()
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputFileError(f"Cannot read {os.fspath(path)}: {str(error).rstrip('.')}.", path) from error


def _arrow(path: Path) -> Iterator[Any]:
    import pyarrow as pa

    try:
        with open_bytes(path) as stream:
            try:
                batches = iter(pa.ipc.open_stream(stream))
            except pa.ArrowInvalid:
                stream.seek(0)
                file = pa.ipc.open_file(stream)
                batches = (file.get_batch(number) for number in range(file.num_record_batches))
            for batch in batches:
                yield from batch.to_pylist()
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputFileError(f"Cannot read {os.fspath(path)}: {str(error).rstrip('.')}.", path) from error
