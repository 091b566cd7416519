"""A dataset without its near-duplicates, by exact ROUGE-L."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import OutputFileError, writing
from distilabel_selfinstruct.files import atomic, jsonl
from distilabel_selfinstruct.ray_cluster import connected
from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, ReadRow, RowSource, Source, open_rows
from distilabel_selfinstruct.reading.columns import lookup
from distilabel_selfinstruct.reading.skipped import SKIPPED, SkippedRow, write_skipped
from distilabel_selfinstruct.reading.values import text_of
from distilabel_selfinstruct.records import Reason, Row
from distilabel_selfinstruct.similarity import FilteredText, Tokenizer, TokenizerChoice, filter_texts


@dataclass(frozen=True, slots=True)
class FilterResult:
    """The two files that were written, and the number of rows in each.

    `skipped` are the rows that could not be read; if there are any, `skipped_file` lists them.
    """

    kept: Path
    rejected: Path
    num_kept: int
    num_rejected: int
    skipped: tuple[SkippedRow, ...] = ()
    skipped_file: Path | None = None


@checks_arguments
def filter_dataset(
    source: Source,
    output: str | os.PathLike[str],
    *,
    column: str | None = None,
    against: Source | None = None,
    max_rouge_l: float = 0.7,
    tokenizer: str | Tokenizer = "auto",
    workers: int | None = None,
    ray: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    **reading: Unpack[ReadingArguments],
) -> FilterResult:
    """Write the rows that are new to `kept.jsonl`, as they came, and the others to `rejected.jsonl`.

    Rows are compared in their order: of several that are alike, the first is kept. A rejected row also has the nearest
    kept text and its ROUGE-L F1. Rows without a text are left out and listed in `skipped.jsonl`.

    Args:
        source: a file or dataset (see `reading.open_rows`).
        output: a new or empty folder for the files. If something fails, it stays so.
        column: the column to compare. By default it is what the reader takes for the instruction.
        against: a file or dataset whose texts count as kept before: in the same column, or else the instructions.
        max_rouge_l: the highest ROUGE-L F1 that still counts as new, from 0 to 1.
        tokenizer: the name of a tokenizer, a callable from text to tokens, or `auto`: by the script of the texts.
        workers: how many threads search, or on a cluster of Ray on this machine, how many processes; by default one for
            each core, and at most 4 threads.
        ray: the address of a cluster of Ray that searches, `auto`, or `local`: one on this machine for the time of the
            call. The files are the same. It pays from some ten million rows on.
        on_progress: is called with the number of rows read and the number of those kept, from time to time.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        OutputFileError: the folder is not empty, or cannot be written.
        InputFileError: a dataset cannot be read, lacks the column, or has no row with a text.
        ConfigError: an option cannot be used.
        ServerError: there is no such cluster, or a search on it failed.
    """
    folder, options = Path(output), ReadOptions(**reading)
    if not atomic.is_free(folder):
        raise OutputFileError(f"{folder} is not empty: give a new folder.", folder)
    sources = [each if isinstance(each, str | os.PathLike) else list(each) for each in (source, against or [])]
    choice = TokenizerChoice(tokenizer)
    if choice.is_open:  # the texts decide, so they are read once before
        for each, is_known in zip(sources, (False, True), strict=True):
            for _, text in _texts(open_rows(each, _quiet(options)), column, is_known=is_known):
                choice.see(text)
    rows = open_rows(sources[0], options)
    known = open_rows(sources[1], options, quiet=against is None)
    pending: deque[Any] = deque()
    if choice.note:
        options.on_note(choice.note)
    with connected(ray, options.on_note, num_cpus=workers), writing(folder), atomic.new_folder(folder) as scratch:
        results = filter_texts(
            _noted(_texts(rows, column), pending),
            max_rouge_l=max_rouge_l,
            tokenizer=choice.tokenizer,
            against=(text for _, text in _texts(known, column, is_known=True)),
            workers=workers,
            ray=ray is not None,
            on_progress=on_progress,
        )
        num_kept, num_rejected = _write(results, pending, column or "instruction", scratch)
        rows.require_usable(num_kept + num_rejected)
        skipped = (*known.skipped, *rows.skipped)
        listed = write_skipped(scratch, skipped)
    return FilterResult(
        folder / _KEPT, folder / _REJECTED, num_kept, num_rejected, skipped, folder / SKIPPED if listed else None
    )


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """Texts that count as kept before, and the rows that had none."""

    texts: tuple[str, ...]
    skipped: tuple[SkippedRow, ...]


def known_texts(source: Source, column: str) -> KnownTexts:
    """The texts of a file or dataset in a column, or its instructions where it has no such column.

    Raises:
        InputFileError: it cannot be read, or no row has a text.
    """
    rows = open_rows(source)
    texts = tuple(text for _, text in _texts(rows, column, is_known=True))
    rows.require_usable(len(texts))
    return KnownTexts(texts, tuple(rows.skipped))


_KEPT, _REJECTED = "kept.jsonl", "rejected.jsonl"


def _quiet(options: ReadOptions) -> ReadOptions:
    return ReadOptions(
        split=options.split, columns=options.columns, delimiter=options.delimiter, encoding=options.encoding
    )


def _texts(rows: RowSource, column: str | None, *, is_known: bool = False) -> Iterator[tuple[ReadRow, str]]:
    """The text of each row, in the column or else the instruction. A row without one is left out.

    `is_known`: the rows may lack the column, because they come from another dataset.
    """
    if column is None or (is_known and not rows.has(column)):
        yield from _instructions(rows.require("instruction"))
        return
    name = rows.column(column)
    for row in rows.originals():
        try:
            text = text_of(lookup(row.original, name)) if isinstance(row.original, dict) else None
        except ValueError as error:
            rows.skip(row, f"has under {name!r} what {error}")
            continue
        if text is None:
            rows.skip(row, f"has no text under {name!r}")
        else:
            yield row, text


def _instructions(rows: RowSource) -> Iterator[tuple[ReadRow, str]]:
    for row in rows.read(several=True):
        text = row.rows[0].get("instruction") if row.rows else None
        if isinstance(text, str):
            yield row, text
        else:
            rows.skip(row, "has no instruction")


def _noted(texts: Iterable[tuple[ReadRow, str]], pending: deque[Any]) -> Iterator[str]:
    for row, text in texts:
        pending.append(row.original)
        yield text


def _write(results: Iterable[FilteredText], pending: deque[Any], column: str, folder: Path) -> tuple[int, int]:
    """Write both files. Returns the number of rows kept and rejected."""
    num_kept = num_rejected = 0
    with (
        (folder / _KEPT).open("w", encoding="utf-8") as kept_stream,
        (folder / _REJECTED).open("w", encoding="utf-8") as rejected_stream,
    ):
        for result in results:
            row = _row(pending.popleft(), result, column)
            (kept_stream if result.kept else rejected_stream).write(jsonl.dumps(row) + "\n")
            num_kept += result.kept
            num_rejected += not result.kept
    return num_kept, num_rejected


def _row(original: Any, result: FilteredText, column: str) -> Row:
    row: Row = original if isinstance(original, dict) else {column: original}
    if result.nearest is None:  # it is kept
        return row
    return {
        **row,
        "reason": Reason.NEAR_DUPLICATE.value,
        f"nearest_{column}": result.nearest.text,
        "nearest_rouge_l": result.nearest.rouge_l,
    }
