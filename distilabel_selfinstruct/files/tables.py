"""Rows from a user's file or dataset, whatever its format."""

import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl

Row = dict[str, Any]


def read_rows(source: str | os.PathLike[str], split: str | None = None) -> Iterator[Row]:
    """The rows of a JSON Lines, CSV or Parquet file, of a folder that `datasets` saved, or of a dataset on the Hub.

    Files are read as they are consumed and never held whole, except JSON Lines.

    Args:
        source: a path; what is no path is taken for a dataset on the Hub.
        split: which split of a dataset; by default its only one, or `train`.

    Raises:
        InputFileError: the source cannot be read; the message names the place.
    """
    path = Path(source)
    readers = {".jsonl": jsonl.read, ".json": jsonl.read, ".csv": _csv, ".tsv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if path.is_file():
        if reader is None:
            raise InputFileError(f"{path} is in no known format: use one of {', '.join(readers)}, or a dataset folder.")
        return reader(path)
    if reader is not None and not path.exists():  # the Hub need not be asked for it
        raise InputFileError(f"There is no file {path}: check the path.")
    return _dataset(os.fspath(source), split)


def _csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
            for row in rows:
                if None in row:
                    raise InputFileError(f"{path}, line {rows.line_num}: the row has more fields than the header.")
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"Cannot read {path}: {error}.") from error


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        for batch in parquet.ParquetFile(path).iter_batches():
            yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputFileError(f"Cannot read {path}: {error}.") from error


def _dataset(source: str, split: str | None) -> Iterator[Row]:
    from datasets import DatasetDict, load_dataset, load_from_disk

    try:
        dataset: Any = load_from_disk(source) if Path(source).is_dir() else load_dataset(source)
    except Exception as error:  # the Hub's clients raise errors of many kinds
        raise InputFileError(
            f"Cannot read {source!r}: it is no file, no folder that datasets saved, and no dataset that the Hub "
            f"gives ({type(error).__name__}: {error})."
        ) from error
    if isinstance(dataset, DatasetDict):
        name = split or ("train" if "train" in dataset else next(iter(dataset)))
        if name not in dataset or (split is None and len(dataset) > 1 and "train" not in dataset):
            raise InputFileError(f"{source} has the splits {', '.join(dataset)}: choose one with --split.")
        dataset = dataset[name]
    return iter(dataset)
