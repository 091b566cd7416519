"""Rows from a user's file or dataset, whatever its format."""

import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import InputFileError, reading
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.hub_names import require_hub_dataset
from distilabel_selfinstruct.records import Row


def read_rows(source: str | os.PathLike[str], split: str | None = None) -> Iterator[Row]:
    """The rows of a JSON Lines, CSV or Parquet file, of a folder that `datasets` saved, or of a dataset on the Hub.

    Files are read as they are consumed and never held whole, except JSON Lines.

    Args:
        source: a path, or the name of a dataset on the Hub.
        split: which split of a dataset. By default it is the only one, or `train`.

    Raises:
        InputFileError: the source cannot be read. The message names the line or row.
    """
    path = Path(source)
    readers = {".jsonl": jsonl.read, ".json": jsonl.read, ".csv": _csv, ".tsv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if path.is_file():
        if reader is None:
            known = ", ".join(readers)
            raise InputFileError(f"{path} is in no known format: use one of {known}, or a dataset folder.", path)
        return reader(path)
    if reader is not None and not path.exists():  # a name with such an ending is no dataset on the Hub
        raise InputFileError(f"There is no file {path}: check the path.", path)
    return _dataset(os.fspath(source), split)


def _csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    try:
        with reading(path), path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
            for row in rows:
                if None in row:
                    raise InputFileError(
                        f"{path}, line {rows.line_num}: the row has more fields than the header.", path
                    )
                yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"Cannot read {path}: {error}.", path) from error


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with reading(path):
            for batch in parquet.ParquetFile(path).iter_batches():
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise InputFileError(f"Cannot read {path}: {error}.", path) from error


def _dataset(source: str, split: str | None) -> Iterator[Row]:
    if not Path(source).is_dir():
        require_hub_dataset(source)
    from datasets import DatasetDict, load_dataset, load_from_disk

    try:
        dataset: Any = load_from_disk(source) if Path(source).is_dir() else load_dataset(source)
    except Exception as error:  # the Hub's clients raise errors of many kinds
        raise InputFileError(
            f"Cannot read {source!r}: it is not a file, not a folder that datasets saved, and not a dataset on the Hub "
            f"({type(error).__name__}: {error}).",
            source,
        ) from error
    if isinstance(dataset, DatasetDict):
        name = split or ("train" if "train" in dataset else next(iter(dataset)))
        if name not in dataset or (split is None and len(dataset) > 1 and "train" not in dataset):
            raise InputFileError(f"{source} has the splits {', '.join(dataset)}: choose one with `split`.", source)
        dataset = dataset[name]
    return iter(dataset)
