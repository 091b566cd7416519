"""A dataset without its near-duplicates, by exact ROUGE-L."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import InputFileError, OutputFileError, writing
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.tables import read_rows
from distilabel_selfinstruct.records import Reason, Row
from distilabel_selfinstruct.similarity import FilteredText, Tokenizer, filter_texts


@dataclass(frozen=True, slots=True)
class FilterResult:
    """The two files that were written, and the number of rows in each."""

    kept: Path
    rejected: Path
    num_kept: int
    num_rejected: int


@checks_arguments
def filter_dataset(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    column: str = "instruction",
    against: str | os.PathLike[str] | None = None,
    max_rouge_l: float = 0.7,
    tokenizer: str | Tokenizer = "rouge_score",
    split: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> FilterResult:
    """Write the rows that are new to `kept.jsonl`, as they came, and the others to `rejected.jsonl`.

    Rows are compared in their order: of several that are alike, the first is kept. A rejected row also has the nearest
    kept text and its ROUGE-L F1. The rows are read and written one after the other, and never held whole.

    Args:
        source: a file or dataset (see `tables.read_rows`).
        output: a new or empty folder for the two files.
        column: the column to compare.
        against: a file or dataset whose texts, in the same column, count as kept before.
        max_rouge_l: the highest ROUGE-L F1 that still counts as new, from 0 to 1.
        tokenizer: the name of a tokenizer, or a callable from text to tokens.
        split: which split of a dataset.
        on_progress: is called with the number of rows read and the number of those kept, from time to time.

    Raises:
        OutputFileError: the folder is not empty, or cannot be written.
        InputFileError: a dataset cannot be read, or a row has no text in the column.
        ConfigError: an option cannot be used.
    """
    folder = Path(output)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputFileError(f"{folder} is not empty: give a new folder.", folder)
    pending: deque[Row] = deque()
    results = filter_texts(
        _texts(source, split, column, pending.append),
        max_rouge_l=max_rouge_l,
        tokenizer=tokenizer,
        against=() if against is None else _texts(against, split, column),
        on_progress=on_progress,
    )
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return _write(results, pending, column, folder)


def _texts(
    source: str | os.PathLike[str], split: str | None, column: str, on_row: Callable[[Row], None] = lambda _: None
) -> Iterator[str]:
    """The text of each row, after `on_row` was called with the row."""
    for number, row in enumerate(read_rows(source, split), 1):
        text = row.get(column)
        if not isinstance(text, str):
            known = ", ".join(map(str, row))
            fault = f"{text!r} under {column!r}" if column in row else f"no column {column!r} (there is {known})"
            raise InputFileError(
                f"{os.fspath(source)}, row {number}, has {fault}: name a column of texts with `column`.", source
            )
        on_row(row)
        yield text


def _write(results: Iterable[FilteredText], pending: deque[Row], column: str, folder: Path) -> FilterResult:
    kept, rejected = folder / "kept.jsonl", folder / "rejected.jsonl"
    partial = {path: path.with_name(f"{path.name}.partial") for path in (kept, rejected)}
    num_kept = num_rejected = 0
    with (
        partial[kept].open("w", encoding="utf-8") as kept_stream,
        partial[rejected].open("w", encoding="utf-8") as rejected_stream,
    ):
        for result in results:
            row = _row(pending.popleft(), result, column)
            (kept_stream if result.kept else rejected_stream).write(jsonl.dumps(row) + "\n")
            num_kept += result.kept
            num_rejected += not result.kept
    for path, unfinished in partial.items():
        unfinished.replace(path)
    return FilterResult(kept, rejected, num_kept, num_rejected)


def _row(row: Row, result: FilteredText, column: str) -> Row:
    if result.nearest is None:  # it is kept
        return row
    return {
        **row,
        "reason": Reason.NEAR_DUPLICATE.value,
        f"nearest_{column}": result.nearest.text,
        "nearest_rouge_l": result.nearest.rouge_l,
    }
