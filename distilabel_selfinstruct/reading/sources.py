"""Which reader reads a source: a file by its name and content, a folder, or the Hub."""

import os
from collections.abc import Callable
from pathlib import Path

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.files.run_rows import run_file, unfinished_run
from distilabel_selfinstruct.reading.csv_files import csv_rows
from distilabel_selfinstruct.reading.decoding import find_encoding
from distilabel_selfinstruct.reading.json_files import json_rows
from distilabel_selfinstruct.reading.options import ReadOptions
from distilabel_selfinstruct.reading.raw_rows import RawRows
from distilabel_selfinstruct.reading.tables import arrow_rows, dataset_rows, parquet_rows

_SHOWN = 5

_SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
"""What spreadsheet programs write."""

_SAVED = ("state.json", "dataset_dict.json")


def open_source(source: str | os.PathLike[str], options: ReadOptions) -> RawRows:
    """The rows of a file, of a folder, or of a dataset on the Hub.

    Raises:
        InputFileError: there is none, its format is not known, or it cannot be read.
        RunFolderError: the folder is that of a run which has written no rows.
    """
    path = Path(source)
    if path.is_dir():
        return _folder(path, options)
    reader = _READERS.get(suffix(path))
    if path.is_file():
        if reader is None:
            remedy = (
                "save the sheet as CSV"
                if suffix(path) in _SHEETS
                else f"use one of {KNOWN}, any of them packed as .gz, or a dataset folder"
            )
            raise InputFileError(f"{path} is in no known format: {remedy}.", path)
        return reader(path, options)
    if reader is not None or path.is_absolute():  # such a name is no dataset on the Hub
        raise InputFileError(f"There is no file {path}: check the path.", path)
    return dataset_rows(os.fspath(source), options)


def is_data(path: Path) -> bool:
    """Whether a path is a file or a saved dataset, and not the folder of a run."""
    return path.is_file() or any((path / name).exists() for name in _SAVED)


def suffix(path: Path) -> str:
    """The ending that tells the format, without the `.gz` of a packed file."""
    return Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()


def stem(path: Path) -> str:
    """The name of a file without the ending that tells its format."""
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def _folder(folder: Path, options: ReadOptions) -> RawRows:
    if (folder / run_layout.DESCRIPTION).is_file() or (folder / run_layout.INSTANCES).is_file():
        rows = run_file(folder, run_layout.INSTANCES)
        if unfinished := unfinished_run(folder):
            options.on_note(f"{unfinished} Only what it has so far is read.")
        return open_source(rows, options)
    if not any((folder / name).exists() for name in _SAVED):
        files = sorted(path for path in folder.iterdir() if path.is_file() and suffix(path) in _READERS)
        if len(files) == 1:
            return open_source(files[0], options)
        shown = ", ".join(path.name for path in files[:_SHOWN])
        named = f", but {len(files)} files ({shown}, …): name one of them." if files else ": give a file of rows."
        raise InputFileError(
            f"{folder} holds neither a run ({run_layout.DESCRIPTION} is missing) nor a dataset{named}",
            folder,
        )
    return dataset_rows(os.fspath(folder), options)


def _json(path: Path, options: ReadOptions) -> RawRows:
    return json_rows(path, _encoding(path, options), options)


def _csv(path: Path, options: ReadOptions) -> RawRows:
    return csv_rows(path, _encoding(path, options), options.delimiter)


def _encoding(path: Path, options: ReadOptions) -> str:
    if options.encoding:
        return options.encoding
    found = find_encoding(path)
    if not found.startswith("utf"):
        options.on_note(
            f"{path} is not UTF-8: its texts are read as {found}. If they look wrong, "
            + (f"name their encoding with `{name}`." if (name := options.names.encoding) else "save it as UTF-8.")
        )
    return found


_READERS: dict[str, Callable[[Path, ReadOptions], RawRows]] = {
    ".jsonl": _json,
    ".ndjson": _json,
    ".json": _json,
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": lambda path, _: parquet_rows(path),
    ".arrow": lambda path, _: arrow_rows(path),
}

KNOWN = ", ".join(_READERS)
